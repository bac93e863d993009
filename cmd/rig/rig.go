// Package rig is what the developers' programs and tests use to run labwatch as a process of its own, beside a broker, and
// to look at it from outside: build it, start and stop it, stand between it and Kafka, read what it has committed and
// what it says of itself. No part of labwatch uses it.
package rig
