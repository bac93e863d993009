package kafka

import (
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// secured is a real Kafka that deploy/kafka/kafka started with LABWATCH_KAFKA_SECURE=1, and a user of its own on it.
type secured struct {
	t        *testing.T
	open     string // address where everybody is an administrator
	sasl     string // TLS and SASL
	mutual   string // mutual TLS
	ca       *authority
	password string // of labwatch-plain, and of user
	user     string
	admin    *kadm.Client
	client   *kgo.Client
}

// newSecured takes the node that LABWATCH_KAFKA names, whose certificates are in LABWATCH_TEST_KAFKA_CERTS.
func newSecured(t *testing.T) *secured {
	t.Helper()
	s := &secured{t: t, open: os.Getenv("LABWATCH_KAFKA"), user: fmt.Sprintf("lab%d", time.Now().UnixNano()%1e9)}
	certs := os.Getenv("LABWATCH_TEST_KAFKA_CERTS")
	if s.open == "" || certs == "" {
		t.Skip("LABWATCH_KAFKA and LABWATCH_TEST_KAFKA_CERTS name no secured Kafka")
	}
	host, port, err := net.SplitHostPort(s.open)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	s.sasl, s.mutual = net.JoinHostPort(host, strconv.Itoa(n+2)), net.JoinHostPort(host, strconv.Itoa(n+3))
	s.ca = loadAuthority(t, filepath.Join(certs, "ca.pem"), filepath.Join(certs, "ca.key"))
	b, err := os.ReadFile(filepath.Join(certs, "password"))
	if err != nil {
		t.Fatal(err)
	}
	s.password = strings.TrimSpace(string(b))
	if s.client, err = kgo.NewClient(kgo.SeedBrokers(s.open), kgo.FetchIsolationLevel(kgo.ReadCommitted())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.Close)
	s.admin = kadm.NewClient(s.client)
	for _, mechanism := range []kadm.ScramMechanism{kadm.ScramSha256, kadm.ScramSha512} {
		made, err := s.admin.AlterUserSCRAMs(t.Context(), nil, []kadm.UpsertSCRAM{{User: s.user, Mechanism: mechanism, Iterations: 4096, Password: s.password}})
		if err == nil {
			err = made.Error()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// as is TLS with the user's password.
func (s *secured) as(mechanism, user, password string) func(*Config) {
	return func(c *Config) {
		c.TLS = TLS{Enabled: true, CAFile: s.ca.file}
		c.SASL = SASL{Mechanism: mechanism, Username: user, PasswordFile: secretFile(s.t, password)}
	}
}

// bearing is TLS with an unsigned token (RFC 7519, section 6), which Kafka takes when told to, for tests.
func (s *secured) bearing(subject string, expires time.Time) func(*Config) {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	token := part(`{"alg":"none"}`) + "." + part(fmt.Sprintf(`{"sub":%q,"iat":%d,"exp":%d}`, subject, expires.Unix()-3600, expires.Unix())) + "."
	return func(c *Config) {
		c.TLS = TLS{Enabled: true, CAFile: s.ca.file}
		c.SASL = SASL{Mechanism: saslBearer, TokenFile: secretFile(s.t, token)}
	}
}

func TestSecuredKafka(t *testing.T) {
	s := newSecured(t)
	now := time.Now()
	holding := func(cert, key string) func(*Config) {
		return func(c *Config) { c.TLS = TLS{Enabled: true, CAFile: s.ca.file, CertFile: cert, KeyFile: key} }
	}
	stranger := newAuthority(t, "stranger")
	for _, c := range []struct {
		name, address string
		change        func(*Config)
		want          string // of the error; none: it connects
	}{
		{"plain", s.sasl, s.as(saslPlain, "labwatch-plain", s.password), ""},
		{"scram 256", s.sasl, s.as(saslScram256, s.user, s.password), ""},
		{"scram 512", s.sasl, s.as(saslScram512, s.user, s.password), ""},
		{"bearer", s.sasl, s.bearing(s.user, now.Add(time.Hour)), ""},
		{"mutual", s.mutual, holding(s.ca.valid("lab", "lab")), ""},

		{"wrong plain password", s.sasl, s.as(saslPlain, "labwatch-plain", marked), `Kafka refuses user "labwatch-plain" (kafka.sasl): the password is wrong or there is no such user for plain`},
		{"wrong scram password", s.sasl, s.as(saslScram512, s.user, marked), `Kafka refuses user "` + s.user + `" (kafka.sasl): the password is wrong or there is no such user for scram-sha-512`},
		{"no such user", s.sasl, s.as(saslScram256, "nobody", marked), `Kafka refuses user "nobody"`},
		{"expired token", s.sasl, s.bearing(marked, now.Add(-time.Minute)), "Kafka refuses the token (kafka.sasl): it has expired"},
		{"unknown authority", s.sasl, func(c *Config) { s.as(saslPlain, "a", marked)(c); c.TLS.CAFile = stranger.file }, "signed by no authority in " + stranger.file},
		{"no certificate", s.mutual, func(c *Config) { c.TLS = TLS{Enabled: true, CAFile: s.ca.file} }, "Kafka refuses our certificate (kafka.tls.cert_file is not set)"},
		{"expired certificate", s.mutual, holding(s.ca.issue("late", "late", now.Add(-2*time.Hour), now.Add(-time.Hour))), "late.pem): it is not valid now"},
		{"stranger's certificate", s.mutual, holding(stranger.valid("lab", "lab")), "Kafka refuses our certificate"},
		{"no SASL", s.sasl, func(c *Config) { c.TLS = TLS{Enabled: true, CAFile: s.ca.file} }, "do kafka.tls and kafka.sasl fit"},
		{"clear to TLS", s.sasl, func(*Config) {}, "Kafka wants TLS at this address"},
		{"TLS to clear", s.open, func(c *Config) { c.TLS = TLS{Enabled: true, CAFile: s.ca.file} }, "do kafka.tls and kafka.sasl fit"},
		{"SASL to clear", s.open, func(c *Config) { s.as(saslPlain, "a", marked)(c); c.TLS = TLS{} }, "Kafka wants another way of authentication"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := tryConnect(t, c.address, c.change)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v\nwanted: %s", err, c.want)
			case err != nil && (strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), s.password)):
				t.Errorf("is more than one sentence, or shows the password: %v", err)
			case err != nil:
				t.Log(err)
			}
		})
	}
}
