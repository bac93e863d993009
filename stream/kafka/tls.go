package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"labwatch/secret"
)

// TLS says how labwatch and the brokers prove to each other who they are. Version 1.2 is the lowest that is spoken.
// All files are PEM and are read anew for every connection: a renewed certificate needs no restart.
type TLS struct {
	Enabled    bool   `yaml:"enabled"`
	CAFile     string `yaml:"ca_file"`     // authorities that may sign the brokers' certificates; empty: those of the system
	ServerName string `yaml:"server_name"` // that the brokers' certificates must hold; empty: the host in brokers
	CertFile   string `yaml:"cert_file"`   // mutual TLS: labwatch's own certificate, with what leads to its authority
	KeyFile    string `yaml:"key_file"`    // and its key, which others must not be able to read
}

// dialTimeout bounds connecting and the handshake, each.
const dialTimeout = 10 * time.Second

func (t TLS) validate(bad func(path, format string, args ...any)) {
	if !t.Enabled {
		if t != (TLS{}) {
			bad("tls.enabled", "is false, but other settings of tls are made")
		}
		return
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		bad("tls.cert_file", "and tls.key_file belong together, only one is set")
	}
}

// dial connects to a broker and shakes hands.
func (t TLS) dial(ctx context.Context, network, address string) (net.Conn, error) {
	config, err := t.Client()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*dialTimeout)
	defer cancel()
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: dialTimeout}, Config: config}
	return d.DialContext(ctx, network, address)
}

// Client reads the files and returns what a client's connections need. The error names the setting and its file.
func (t TLS) Client() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	var err error
	if config.RootCAs, err = authorities(t.CAFile); err != nil {
		return nil, credentialError{fmt.Errorf("kafka.tls.ca_file: %w", err)}
	}
	if t.CertFile == "" {
		return config, nil
	}
	certificate, err := os.ReadFile(t.CertFile)
	if err != nil {
		return nil, credentialError{fmt.Errorf("kafka.tls.cert_file: %w", err)}
	}
	key, err := secret.ReadFile(t.KeyFile)
	if err != nil {
		return nil, credentialError{fmt.Errorf("kafka.tls.key_file: %w", err)}
	}
	pair, err := tls.X509KeyPair(certificate, []byte(key))
	if err != nil {
		return nil, credentialError{fmt.Errorf("kafka.tls.cert_file %q with key_file %q: %w", t.CertFile, t.KeyFile, err)}
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

// authorities reads a file of certificates. Nil stands for the system's.
func authorities(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%q holds no certificate in PEM", path)
	}
	return pool, nil
}

// credentialError is one of our own files or variables: nothing was sent to Kafka.
type credentialError struct{ error }

func (e credentialError) Unwrap() error { return e.error }

// errRefused says that the broker ended the authentication without a code, as it does for a token.
var errRefused = errors.New("refused")
