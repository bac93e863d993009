package main

import (
	"fmt"

	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"labwatch/stream/kafka"
)

// secure lets the writer come to a broker in the way that kafka.tls and kafka.sasl say. The secrets are read once: what
// plays the outside world does not live long.
func (w *outsideWriter) secure(c *kafka.Config) error {
	if c.TLS.Enabled {
		settings, err := c.TLS.Client()
		if err != nil {
			return err
		}
		w.transport.TLS = settings
	}
	switch c.SASL.Mechanism {
	case "":
		return nil
	case "oauthbearer":
		return fmt.Errorf("kafka.sasl.mechanism: the simulated instruments know plain and scram, not %s", c.SASL.Mechanism)
	}
	password, err := c.SASL.Password()
	if err != nil {
		return err
	}
	switch c.SASL.Mechanism {
	case "plain":
		w.transport.SASL = plain.Mechanism{Username: c.SASL.Username, Password: password.Reveal()}
	case "scram-sha-256":
		w.transport.SASL, err = scram.Mechanism(scram.SHA256, c.SASL.Username, password.Reveal())
	default:
		w.transport.SASL, err = scram.Mechanism(scram.SHA512, c.SASL.Username, password.Reveal())
	}
	return err
}
