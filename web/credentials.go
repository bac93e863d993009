package web

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// credentials is what the files of a Config say at one moment.
type credentials struct {
	cfg      Config
	stamp    string // of the files: it changes when they do
	tokens   []token
	tls      *tls.Config // nil without TLS
	notAfter time.Time   // end of the server's certificate
}

// readCredentials reads all files, or says what is wrong with all of them.
func readCredentials(cfg Config) (*credentials, error) {
	c := &credentials{cfg: cfg, stamp: stampOf(cfg)}
	var errs []error
	if cfg.TokenFile != "" {
		var err error
		if c.tokens, err = readTokens(cfg.TokenFile); err != nil {
			errs = append(errs, fmt.Errorf("http.token_file: %w", err))
		}
	}
	if cfg.TLS.CertFile != "" {
		errs = append(errs, c.readTLS())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *credentials) readTLS() error {
	pair, err := tls.LoadX509KeyPair(c.cfg.TLS.CertFile, c.cfg.TLS.KeyFile)
	if err != nil {
		return fmt.Errorf("http.tls: load certificate: %w", err)
	}
	c.notAfter = pair.Leaf.NotAfter
	c.tls = &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{pair},
		NextProtos:   []string{"h2", "http/1.1"},
		// A resumed session would carry over a client that authorities of today may not know any more.
		SessionTicketsDisabled: true,
	}
	if c.cfg.TLS.ClientCAFile == "" {
		return nil
	}
	b, err := os.ReadFile(c.cfg.TLS.ClientCAFile)
	if err != nil {
		return fmt.Errorf("http.tls.client_ca_file: %w", err)
	}
	c.tls.ClientCAs = x509.NewCertPool()
	if !c.tls.ClientCAs.AppendCertsFromPEM(b) {
		return fmt.Errorf("http.tls.client_ca_file: %s holds no certificate in PEM", c.cfg.TLS.ClientCAFile)
	}
	// Not required by the handshake: probes of health have none, and a token does as well.
	c.tls.ClientAuth = tls.VerifyClientCertIfGiven
	return nil
}

// strangers are the operators of whom no credential is known, as far as files say: an authority's certificates may have
// any name.
func (c *credentials) strangers() (names []string) {
	if c.cfg.TLS.ClientCAFile != "" {
		return nil
	}
	for _, name := range c.cfg.Operators {
		if !slices.ContainsFunc(c.tokens, func(t token) bool { return t.name == name }) {
			names = append(names, name)
		}
	}
	return names
}
