package kafka

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Warnings are about settings that work and are not wise. Files are not read.
func (c *Config) Warnings() (list []string) {
	switch {
	case c.TLS.Enabled || c.SASL.Mechanism == "":
	case c.SASL.clear():
		list = append(list, fmt.Sprintf("kafka.sasl.mechanism: %s without kafka.tls sends the password or token in clear", c.SASL.Mechanism))
	default:
		list = append(list, fmt.Sprintf("kafka.sasl.mechanism: %s without kafka.tls: readings cross the network in clear, and a listener can try passwords", c.SASL.Mechanism))
	}
	return list
}

// CheckFiles reads the certificates and secrets that the settings name, as every new connection will.
func (c *Config) CheckFiles() (errs []error) {
	if c.TLS.Enabled {
		_, err := c.TLS.Client()
		if err == nil && c.TLS.expired(time.Now()) {
			err = fmt.Errorf("kafka.tls.cert_file: the certificate in %q is not valid now", c.TLS.CertFile)
		}
		errs = append(errs, err)
	}
	if c.SASL.password().Named() {
		_, err := c.SASL.Password()
		errs = append(errs, err)
	}
	if c.SASL.TokenFile != "" {
		_, err := c.SASL.token()(context.Background())
		errs = append(errs, err)
	}
	if c.SASL.OIDC.secret().Named() {
		_, err := c.SASL.OIDC.secret().Read()
		if err != nil {
			errs = append(errs, fmt.Errorf("kafka.sasl.oidc client secret: %w", err))
		}
	}
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}
