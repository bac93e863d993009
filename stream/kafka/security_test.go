package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kfake"
)

// marked is a password that no output may hold.
const marked = "ZQ-hunter2"

func secretFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func cluster(t *testing.T, opts ...kfake.Opt) string {
	t.Helper()
	c, err := kfake.NewCluster(append(opts, kfake.NumBrokers(1), kfake.SeedTopics(1, "seeded"))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()[0]
}

// tryConnect connects once and looks for the secret in whatever is said about it.
func tryConnect(t *testing.T, address string, change func(*Config)) error {
	t.Helper()
	var log bytes.Buffer
	env := &Environment{Config: DefaultConfig(), Log: zerolog.New(&log)}
	env.Brokers = []string{address}
	change(&env.Config)
	if errs := env.Validate(); len(errs) > 0 {
		t.Fatalf("the settings are wrong: %v", errs)
	}
	client, err := Connect(t.Context(), env, time.Second)
	if err == nil {
		client.Close()
	}
	for _, text := range []string{fmt.Sprint(err), log.String(), fmt.Sprintf("%+v %#v", env, env.Config)} {
		if strings.Contains(text, marked) {
			t.Errorf("shows the secret: %s", text)
		}
	}
	return err
}

// Everything that may stand between labwatch and a broker: it connects, or says why not in one sentence and at once.
func TestConnectSecurely(t *testing.T) {
	ca, stranger := newAuthority(t, "ca"), newAuthority(t, "stranger")
	now := time.Now()
	withTLS := func(name, host string, from, to time.Time) kfake.Opt {
		return kfake.TLS(ca.server(ca.issue(name, host, from, to)))
	}
	good := withTLS("server", "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	users := []kfake.Opt{kfake.EnableSASL(), kfake.Superuser("PLAIN", "lab", marked), kfake.Superuser("SCRAM-SHA-256", "lab", marked), kfake.Superuser("SCRAM-SHA-512", "lab", marked)}
	secured := cluster(t, append(users, good)...)
	mutual := cluster(t, kfake.TLS(ca.asking(ca.server(ca.valid("mutual", "127.0.0.1")))))
	expired := cluster(t, withTLS("expired", "127.0.0.1", now.Add(-48*time.Hour), now.Add(-24*time.Hour)))
	other := cluster(t, withTLS("other", "kafka-1.example", now.Add(-time.Hour), now.Add(time.Hour)))
	clear := cluster(t)
	clearUsers := cluster(t, users...)

	trust := func(c *Config) { c.TLS = TLS{Enabled: true, CAFile: ca.file} }
	as := func(mechanism, password string) func(*Config) {
		return func(c *Config) {
			trust(c)
			c.SASL = SASL{Mechanism: mechanism, Username: "lab", PasswordFile: secretFile(t, password+"\n")}
		}
	}
	holding := func(cert, key string) func(*Config) {
		return func(c *Config) {
			trust(c)
			c.TLS.CertFile, c.TLS.KeyFile = cert, key
		}
	}
	t.Setenv("LABWATCH_TEST_PASSWORD", marked)
	const fits = "do kafka.tls and kafka.sasl fit the broker's listener?"
	for _, c := range []struct {
		name    string
		address string
		change  func(*Config)
		want    string // of the error; none: it connects
	}{
		{"plain", secured, as(saslPlain, marked), ""},
		{"scram 256", secured, as(saslScram256, marked), ""},
		{"scram 512", secured, as(saslScram512, marked), ""},
		{"from the environment", secured, func(c *Config) {
			trust(c)
			c.SASL = SASL{Mechanism: saslScram512, Username: "lab", PasswordEnv: "LABWATCH_TEST_PASSWORD"}
		}, ""},
		{"without TLS", clearUsers, func(c *Config) { as(saslScram512, marked)(c); c.TLS = TLS{} }, ""},
		{"mutual", mutual, holding(ca.valid("client", "client")), ""},
		{"by another name", other, func(c *Config) { trust(c); c.TLS.ServerName = "kafka-1.example" }, ""},

		{"wrong password", secured, as(saslScram512, marked+"x"), fits}, // a real broker gives a code: see TestE2ESecured
		{"mechanism not offered", secured, func(c *Config) { trust(c); c.SASL = SASL{Mechanism: saslBearer, TokenFile: secretFile(t, marked)} }, "does not offer oauthbearer"},
		{"no password file", secured, func(c *Config) {
			trust(c)
			c.SASL = SASL{Mechanism: saslPlain, Username: "lab", PasswordFile: "/nowhere"}
		}, "kafka.sasl.password_file: open secret: open /nowhere"},
		{"unknown authority", secured, func(c *Config) { c.TLS = TLS{Enabled: true, CAFile: stranger.file} }, "Kafka's certificate is signed by no authority in " + stranger.file},
		{"not the system's authority", secured, func(c *Config) { c.TLS = TLS{Enabled: true} }, "kafka.tls.ca_file is not set"},
		{"expired", expired, trust, "Kafka's certificate is not valid now, but from"},
		{"another host", other, trust, "Kafka's certificate is for another host"},
		{"no certificate of ours", mutual, trust, "Kafka refuses our certificate (kafka.tls.cert_file is not set)"},
		{"our certificate has expired", mutual, holding(ca.issue("late", "client", now.Add(-2*time.Hour), now.Add(-time.Hour))), "late.pem): it is not valid now"},
		{"our certificate is a stranger's", mutual, holding(stranger.valid("client", "client")), "Kafka refuses our certificate"},
		{"key of another certificate", mutual, func(c *Config) {
			cert, _ := ca.valid("one", "client")
			_, key := ca.valid("two", "client")
			holding(cert, key)(c)
		}, "private key does not match public key"},
		{"TLS to a clear listener", clear, trust, fits},
		{"clear to a TLS listener", secured, func(*Config) {}, fits},
		{"no SASL where it is needed", clearUsers, func(*Config) {}, fits},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := tryConnect(t, c.address, c.change)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v\nwanted: %s", err, c.want)
			case err != nil && strings.Contains(err.Error(), "\n"):
				t.Errorf("is more than one sentence: %v", err)
			}
		})
	}
}

// A password, a certificate and an authority that were changed on disk are used by the next connection.
func TestRotation(t *testing.T) {
	ca := newAuthority(t, "ca")
	serverCert, serverKey := ca.valid("server", "127.0.0.1")
	users := []kfake.Opt{kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "lab", marked), kfake.TLS(ca.asking(ca.server(serverCert, serverKey)))}
	address := cluster(t, users...)
	late, lateKey := ca.issue("late", "client", time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
	cert, key := ca.valid("client", "client")
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	put := func(name, from string) {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(at(name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("ca", newAuthority(t, "former").file)
	put("cert", late)
	put("key", lateKey)
	put("password", secretFile(t, "former"))
	env := &Environment{Config: DefaultConfig(), Log: zerolog.Nop()}
	env.Brokers = []string{address}
	env.TLS = TLS{Enabled: true, CAFile: at("ca"), CertFile: at("cert"), KeyFile: at("key")}
	env.SASL = SASL{Mechanism: saslScram256, Username: "lab", PasswordFile: at("password")}
	env.mechanism = env.SASL.mechanism()
	client, err := newPlain(env)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ping := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		return explain(&env.Config, client.Ping(ctx))
	}
	for _, step := range []struct{ want, name, from string }{
		{"signed by no authority", "ca", ca.file},
		{"refuses our certificate", "cert", cert},
		{"does not match", "key", key},
		{"EOF", "password", secretFile(t, marked)},
	} {
		if err := ping(); err == nil || !strings.Contains(err.Error(), step.want) {
			t.Fatalf("%v, wanted %q", err, step.want)
		}
		put(step.name, step.from)
	}
	if err := ping(); err != nil {
		t.Error(err)
	}
	var page bytes.Buffer
	metrics := env.TLS.Metrics()
	defer metrics.UnregisterAllMetrics()
	metrics.WritePrometheus(&page)
	if want := fmt.Sprintf("labwatch_kafka_certificate_not_after_timestamp_seconds %d\n", env.TLS.leaf().NotAfter.Unix()); page.String() != want {
		t.Errorf("the page holds %q, wanted %q", page.String(), want)
	}
	if errs := env.CheckFiles(); len(errs) > 0 {
		t.Error(errs)
	}
	put("cert", late)
	put("key", lateKey)
	if errs := env.CheckFiles(); len(errs) != 1 || !strings.Contains(errs[0].Error(), "is not valid now") {
		t.Errorf("a certificate that has expired: %v", errs)
	}
}

// Tokens come from the identity server, once for all clients until they expire, and a new client secret is used.
func TestOIDC(t *testing.T) {
	asked, lifetime := 0, 3600
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("content-type", "application/json")
		id, password, _ := r.BasicAuth()
		if id != "lab" || password != marked || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "kafka" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":"invalid_client","error_description":"not %s"}`, password)
			return
		}
		asked++
		fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","expires_in":%d}`, asked, lifetime)
	}))
	defer server.Close()
	ca := newAuthority(t, "unused")
	pool := ca.write("server.pem", "CERTIFICATE", server.Certificate().Raw)
	file := secretFile(t, marked+"x")
	o := OIDC{TokenURL: server.URL, ClientID: "lab", ClientSecretFile: file, Scopes: []string{"kafka"}, CAFile: pool}
	get := SASL{Mechanism: saslBearer, OIDC: o}.token()
	_, err := get(t.Context())
	if err == nil || !strings.Contains(err.Error(), `refuses client "lab" with status 401 invalid_client`) || strings.Contains(err.Error(), marked) {
		t.Errorf("a wrong secret: %v", err)
	}
	if !errors.As(err, new(credentialError)) {
		t.Errorf("%T", err)
	}
	if err := os.WriteFile(file, []byte(marked), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if token, err := get(t.Context()); err != nil || token.Reveal() != "token-1" {
			t.Errorf("%q, %v", token.Reveal(), err)
		}
	}
	lifetime = 1 // within the span before the end in which it is not used any more
	short := SASL{Mechanism: saslBearer, OIDC: o}.token()
	for _, want := range []string{"token-2", "token-3"} {
		if token, err := short(t.Context()); err != nil || token.Reveal() != want {
			t.Errorf("%q, %v, wanted %s", token.Reveal(), err, want)
		}
	}
	lifetime = 0 // the server does not tell when it ends
	untold := SASL{Mechanism: saslBearer, OIDC: o}.token()
	for _, want := range []string{"token-4", "token-5"} {
		if token, err := untold(t.Context()); err != nil || token.Reveal() != want {
			t.Errorf("%q, %v, wanted %s", token.Reveal(), err, want)
		}
	}
	led := o
	led.TokenURL += "/elsewhere"
	if _, err := (SASL{Mechanism: saslBearer, OIDC: led}).token()(t.Context()); err == nil || strings.Contains(err.Error(), marked) {
		t.Errorf("the secret was taken to where the server pointed: %v", err)
	}
	o.CAFile = ca.file
	if _, err := (SASL{Mechanism: saslBearer, OIDC: o}).token()(t.Context()); err == nil || !strings.Contains(err.Error(), "unknown authority") {
		t.Errorf("an unknown authority: %v", err)
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		tls       bool
		mechanism string
		want      string
	}{
		{false, "", ""}, {true, saslPlain, ""}, {true, saslScram512, ""},
		{false, saslPlain, "sends the password or token in clear"}, {false, saslBearer, "sends the password or token in clear"},
		{false, saslScram256, "readings cross the network in clear"},
	} {
		list := (&Config{TLS: TLS{Enabled: c.tls}, SASL: SASL{Mechanism: c.mechanism}}).Warnings()
		if len(list) != min(len(c.want), 1) || c.want != "" && !strings.Contains(list[0], c.want) {
			t.Errorf("%+v: %q", c, list)
		}
	}
}
