package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// refusal is an error that lasts until somebody changes a setting, a certificate, a password or an access list. It says
// so in one sentence, which names the setting.
type refusal struct {
	sentence string
	cause    error
}

func (r *refusal) Error() string { return r.sentence }
func (r *refusal) Unwrap() error { return r.cause }

// explain puts a sentence before the errors of authentication and of permissions, and returns others as they are.
func explain(c *Config, err error) error {
	if err == nil || errors.As(err, new(*refusal)) {
		return err
	}
	var why string
	switch {
	case errors.As(err, new(credentialError)):
		own := new(credentialError)
		errors.As(err, own)
		why = "own credentials for Kafka cannot be used: " + own.Error()
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.GroupAuthorizationFailed),
		errors.Is(err, kerr.TransactionalIDAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		why = fmt.Sprintf("Kafka's access list does not permit this to %s (see docs/security.md): %v", c.principal(), err)
	default:
		if why = explainTLS(c, err); why == "" {
			why = explainSASL(c, err)
		}
	}
	if why == "" {
		return err
	}
	return &refusal{why, err}
}

func explainTLS(c *Config, err error) string {
	unknown, host, invalid, record := x509.UnknownAuthorityError{}, x509.HostnameError{}, x509.CertificateInvalidError{}, tls.RecordHeaderError{}
	answer := new(net.OpError)
	switch {
	case errors.As(err, &unknown):
		return fmt.Sprintf("Kafka's certificate is signed by no authority in %s", orElse(c.TLS.CAFile, "the system's list (kafka.tls.ca_file is not set)"))
	case errors.As(err, &host):
		return fmt.Sprintf("Kafka's certificate is for another host: %v (kafka.tls.server_name)", host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("Kafka's certificate is not valid now, but from %s to %s", invalid.Cert.NotBefore.Format(time.DateTime), invalid.Cert.NotAfter.Format(time.DateTime))
	case errors.As(err, &invalid):
		return fmt.Sprintf("Kafka's certificate cannot be trusted: %v", invalid)
	case errors.As(err, &record):
		return "Kafka speaks no TLS at this address (kafka.tls.enabled, kafka.brokers)"
	case strings.Contains(err.Error(), "tls alert record"): // franz-go's guess, which has no type
		return "Kafka wants TLS at this address (kafka.tls.enabled, kafka.brokers)"
	case errors.As(err, &answer) && answer.Op == "remote error" && c.TLS.expired(time.Now()): // Kafka does not say so
		return fmt.Sprintf("Kafka refuses our certificate (kafka.tls.cert_file %s): it is not valid now", c.TLS.CertFile)
	case errors.As(err, &answer) && answer.Op == "remote error": // its alert has no exported type
		return fmt.Sprintf("Kafka refuses our certificate (kafka.tls.cert_file %s): %v", orElse(c.TLS.CertFile, "is not set"), answer.Err)
	}
	return ""
}

func explainSASL(c *Config, err error) string {
	switch {
	case errors.Is(err, kerr.UnsupportedSaslMechanism):
		return fmt.Sprintf("Kafka does not offer %s at this address (kafka.sasl.mechanism, kafka.brokers)", c.SASL.Mechanism)
	case c.SASL.Mechanism == saslBearer && (errors.Is(err, errRefused) || errors.Is(err, kerr.SaslAuthenticationFailed)):
		return "Kafka refuses the token (kafka.sasl): it has expired, or its issuer is not known there"
	case errors.Is(err, kerr.SaslAuthenticationFailed), errors.Is(err, errRefused):
		return fmt.Sprintf("Kafka refuses user %q (kafka.sasl): the password is wrong or there is no such user for %s", c.SASL.Username, c.SASL.Mechanism)
	case errors.Is(err, kerr.IllegalSaslState):
		return "Kafka wants another way of authentication at this address (kafka.sasl, kafka.brokers)"
	}
	return ""
}

// guess is for a connection that ends without a word, or gets none; at the start the settings are the likeliest cause.
func guess(c *Config, err error) error {
	timeout := net.Error(nil)
	switch {
	case errors.Is(err, io.EOF), // kgo.ErrFirstReadEOF too
		c.TLS.Enabled && errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("the connection ends as soon as it is used: do kafka.tls and kafka.sasl fit the broker's listener? (%w)", err)
	}
	return err
}

// principal is how a message names us.
func (c *Config) principal() string {
	switch {
	case c.SASL.Username != "":
		return fmt.Sprintf("user %q", c.SASL.Username)
	case c.SASL.Mechanism == saslBearer:
		return "the bearer of our token"
	case c.TLS.CertFile != "":
		return fmt.Sprintf("the owner of certificate %s", c.TLS.CertFile)
	}
	return "an anonymous user"
}

func orElse(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
