// Package web serves what labwatch knows of itself over HTTP: metrics, health, and the fleet as JSON. It reads
// immutable snapshots and metrics only, so that no request, however slow, can hold up a record.
package web
