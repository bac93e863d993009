package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func file(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	path := name
	if !filepath.IsAbs(name) {
		path = filepath.Join(t.TempDir(), name)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	return path
}

const aToken = "a-long-secret-of-prometheus"

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func access(t *testing.T, cfg Config) *Access {
	t.Helper()
	a, err := NewAccess(cfg, zerolog.New(zerolog.NewTestWriter(t)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// ask sends one request with an Authorization header.
func ask(h http.Handler, path, authorization string) *http.Response {
	r := httptest.NewRequest("GET", path, nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestTokens(t *testing.T) {
	path := file(t, "tokens", "# who\nprometheus "+aToken+"\n\ngrafana "+hashed("another-long-secret")+"\n", 0o600)
	a := access(t, Config{TokenFile: path})
	who := ""
	h := a.Protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { who = Caller(r.Context()) }))
	basic := func(user, password string) string {
		r := httptest.NewRequest("GET", "/", nil)
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	for _, c := range []struct {
		path, authorization string
		status              int
		who                 string
	}{
		{"/metrics", "", 401, ""}, {"/", "Bearer", 401, ""}, {"/", "Bearer ", 401, ""}, {"/", "Bearer " + aToken[1:], 401, ""},
		{"/", "Bearer " + hashed("another-long-secret"), 401, ""}, {"/", basic("x", ""), 401, ""}, {"/", aToken, 401, ""},
		{"/api/alerts", "Bearer " + aToken, 200, "prometheus"}, {"/", "bearer another-long-secret", 200, "grafana"},
		{"/", basic("anybody", aToken), 200, "prometheus"},
		{"/healthz", "", 200, ""}, {"/readyz", "Bearer wrong", 200, ""}, {"/healthz/", "", 401, ""}, {"//healthz", "", 401, ""},
	} {
		who = ""
		got := ask(h, c.path, c.authorization)
		if got.StatusCode != c.status || who != c.who {
			t.Errorf("%s %q: %d %q, want %d %q", c.path, c.authorization, got.StatusCode, who, c.status, c.who)
		}
		if c.status == 401 && len(got.Header.Values("WWW-Authenticate")) != 2 {
			t.Errorf("%s: does not say what is needed", c.path)
		}
		if closes := got.Header.Get("Connection") == "close"; closes != (c.status == 401) {
			t.Errorf("%s %q: the connection is closed: %v", c.path, c.authorization, closes)
		}
	}
	page := &Page{}
	page.Add(a.Metrics(), a.Help())
	if got := samples(t, pageText(page))["labwatch_http_refused_total{reason=|credentials|}"]; got != "9" {
		t.Errorf("%s refused, want 9", got)
	}
	if missing := page.WithoutHelp(); missing != nil {
		t.Errorf("no help for %v", missing)
	}
}

func TestTokenFileMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "holds no token",
		"prometheus":                    "line 1: is not NAME TOKEN",
		"\nprometheus " + aToken[:15]:   "line 2: the token is shorter than 16",
		"a b c":                         "line 1: is not",
		"grafana sha256:" + aToken:      "line 1: sha256: is not followed",
		"grafana sha256:0123456789abcd": "line 1: sha256: is not followed",
	} {
		_, err := NewAccess(Config{TokenFile: file(t, "tokens", text, 0o600)}, zerolog.Nop())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), aToken[:15]) {
			t.Errorf("%q: %v, want %q and no token", text, err, want)
		}
	}
	if _, err := NewAccess(Config{TokenFile: file(t, "tokens", "a "+aToken, 0o644)}, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("tokens that all can read: %v", err)
	}
	if _, err := NewAccess(Config{TokenFile: "gone"}, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), "http.token_file: ") {
		t.Errorf("got %v", err)
	}
}

// A withdrawn token is refused after the next look at the files; a broken file leaves the former tokens in force.
func TestFilesAreReadAgain(t *testing.T) {
	path := file(t, "tokens", "a "+aToken, 0o600)
	a := access(t, Config{TokenFile: path})
	h := a.Protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	look := func(token string) int {
		a.mu.Lock()
		a.looked = time.Now().Add(-2 * lookEvery)
		a.mu.Unlock()
		return ask(h, "/", "Bearer "+token).StatusCode
	}
	file(t, path, "broken", 0o600)
	if got := look(aToken); got != 200 || a.current.Get() != 0 {
		t.Errorf("broken file: %d, current %v", got, a.current.Get())
	}
	file(t, path, "b another-long-secret", 0o600)
	if old, now := look(aToken), look("another-long-secret"); old != 401 || now != 200 || a.current.Get() != 1 {
		t.Errorf("withdrawn %d, new %d, current %v", old, now, a.current.Get())
	}
}

// A reload that comes while the former files are being read again is not undone by them.
func TestAReloadIsNotUndone(t *testing.T) {
	former := file(t, "tokens", "a "+aToken, 0o600)
	a := access(t, Config{TokenFile: former})
	seen := a.now.Load()
	file(t, former, "a "+aToken+"\nb one-more-long-secret", 0o600)
	apply, err := a.Prepare(Config{TokenFile: file(t, "tokens", "c another-long-secret", 0o600)})
	if err != nil {
		t.Fatal(err)
	}
	apply()
	a.renew(seen)
	h := a.Protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	if old, now := ask(h, "/", "Bearer "+aToken).StatusCode, ask(h, "/", "Bearer another-long-secret").StatusCode; old != 401 || now != 200 {
		t.Errorf("token of the former file %d, of the new one %d", old, now)
	}
}

func TestRate(t *testing.T) {
	a := access(t, Config{})
	a.rate.SetLimit(0) // however slow the machine is
	h := a.Protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	got := map[int]int{}
	for range requestBurst + 50 {
		got[ask(h, "/", "").StatusCode]++
	}
	if got[200] != requestBurst || got[429] != 50 {
		t.Errorf("answers %v", got)
	}
	if ask(h, "/healthz", "").StatusCode != 200 {
		t.Error("health is not for all")
	}
}

// A flood of strangers shuts out nobody who may ask.
func TestStrangersUseUpNothing(t *testing.T) {
	a := access(t, Config{TokenFile: file(t, "tokens", "prometheus "+aToken, 0o600)})
	a.rate.SetLimit(0)
	h := a.Protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for range 2 * requestBurst {
		if got := ask(h, "/metrics", "Bearer not-"+aToken).StatusCode; got != 401 {
			t.Fatalf("a stranger is answered with %d", got)
		}
	}
	if got := ask(h, "/metrics", "Bearer "+aToken).StatusCode; got != 200 {
		t.Errorf("Prometheus is answered with %d", got)
	}
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T, parent *authority, name string, serial int64) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: parent == nil, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	by, signer := template, key
	if parent != nil {
		by, signer = parent.cert, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

func (a *authority) keyPEM(t *testing.T) string {
	b, err := x509.MarshalECPrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: b}))
}

// TestTLS speaks to a real port: versions, client certificates, tokens beside them, and a renewed certificate without
// a restart.
func TestTLS(t *testing.T) {
	ca, foreign := newAuthority(t, nil, "ca", 1), newAuthority(t, nil, "foreign", 1)
	server, renewed := newAuthority(t, ca, "server", 2), newAuthority(t, ca, "server", 3)
	cfg := Config{TokenFile: file(t, "tokens", "a "+aToken, 0o600), TLS: TLS{CertFile: file(t, "cert", server.pem, 0o600),
		KeyFile: file(t, "key", server.keyPEM(t), 0o600), ClientCAFile: file(t, "ca", ca.pem, 0o600)}}
	a := access(t, cfg)
	h := a.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, Caller(r.Context())) }))
	s, err := Listen("http.listen", "127.0.0.1:0", h, a.TLS(), Timeout, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	get := func(path, token string, client *authority, most uint16) (answer string, serial int64, err error) {
		secure := &tls.Config{RootCAs: roots, MaxVersion: most}
		if client != nil {
			pair, err := tls.X509KeyPair([]byte(client.pem), []byte(client.keyPEM(t)))
			if err != nil {
				t.Fatal(err)
			}
			secure.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
		}
		transport := &http.Transport{TLSClientConfig: secure, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		r, _ := http.NewRequest("GET", "https://"+s.Addr().String()+path, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := transport.RoundTrip(r)
		if err != nil {
			return "", 0, err
		}
		defer response.Body.Close()
		b, _ := io.ReadAll(response.Body)
		return fmt.Sprintf("%d %s %s", response.StatusCode, response.Proto, b), response.TLS.PeerCertificates[0].SerialNumber.Int64(), nil
	}
	for _, c := range []struct {
		path, token string
		client      *authority
		most        uint16
		want        string // empty: the handshake fails
	}{
		{"/metrics", aToken, nil, 0, "200 HTTP/2.0 a"},
		{"/metrics", "", newAuthority(t, ca, "grafana", 9), tls.VersionTLS12, "200 HTTP/2.0 grafana"},
		{"/metrics", "", newAuthority(t, foreign, "wicked", 9), 0, ""},
		{"/metrics", "", nil, 0, "401 HTTP/2.0 who are you?"},
		{"/healthz", "", nil, 0, "200 HTTP/2.0 "},
		{"/healthz", "", nil, tls.VersionTLS11, ""},
	} {
		got, serial, err := get(c.path, c.token, c.client, c.most)
		if (err == nil) != (c.want != "") || !strings.HasPrefix(got, c.want) || err == nil && serial != 2 {
			t.Errorf("%s: %q, certificate %d, %v; want %q", c.path, got, serial, err, c.want)
		}
	}
	file(t, cfg.TLS.CertFile, renewed.pem, 0o600)
	file(t, cfg.TLS.KeyFile, renewed.keyPEM(t), 0o600)
	a.mu.Lock()
	a.looked = time.Time{}
	a.mu.Unlock()
	if got, serial, err := get("/metrics", aToken, nil, 0); err != nil || serial != 3 {
		t.Errorf("after the renewal: %q, certificate %d, %v", got, serial, err)
	}
	page := &Page{}
	page.Add(a.Metrics(), a.Help())
	want := fmt.Sprint(renewed.cert.NotAfter.Unix())
	if got := samples(t, pageText(page))["labwatch_http_certificate_not_after_timestamp_seconds"]; got != want {
		t.Errorf("the certificate ends at %s, want %s", got, want)
	}
}

func TestTLSMistakes(t *testing.T) {
	ca := newAuthority(t, nil, "ca", 1)
	cert, key := file(t, "cert", ca.pem, 0o600), file(t, "key", ca.keyPEM(t), 0o600)
	other := file(t, "key", newAuthority(t, nil, "x", 1).keyPEM(t), 0o600)
	for want, secure := range map[string]TLS{
		"http.tls: load certificate: open gone": {CertFile: "gone", KeyFile: key},
		"private key does not match public key": {CertFile: cert, KeyFile: other},
		"http.tls.client_ca_file: open gone":    {CertFile: cert, KeyFile: key, ClientCAFile: "gone"},
		"holds no certificate in PEM":           {CertFile: cert, KeyFile: key, ClientCAFile: key},
		"http.token_file: open secret":          {},
	} {
		if _, err := NewAccess(Config{TLS: secure, TokenFile: "gone"}, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// An operator without a token operates nothing: a misspelt name must not be found out on the day it is needed.
func TestOperatorsWithoutAToken(t *testing.T) {
	tokens := file(t, "tokens", "chief "+aToken, 0o600)
	for _, c := range []struct {
		operators []string
		want      string
	}{{nil, ""}, {[]string{"chief"}, ""}, {[]string{"chief", "cheif"}, `"cheif" has no token`}} {
		got := access(t, Config{TokenFile: tokens, Operators: c.operators}).Warnings()
		if len(got) > 1 || (len(got) == 1) != (c.want != "") || !strings.Contains(strings.Join(got, ""), c.want) {
			t.Errorf("%v: %q, want %q", c.operators, got, c.want)
		}
	}
}
