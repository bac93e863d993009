package deliver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"labwatch/alerts"
)

// postOffice is a mail server: it wants STARTTLS and a password, and refuses the recipient "nobody".
type postOffice struct {
	mu      sync.Mutex
	letters []string
	users   []string
}

func (o *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &postSession{office: o}, nil
}

type postSession struct {
	office *postOffice
	user   string
}

var (
	_ smtp.Backend     = (*postOffice)(nil)
	_ smtp.AuthSession = (*postSession)(nil)
)

func (s *postSession) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *postSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "labwatch" || password != "sesame" {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}
func (s *postSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *postSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	return nil
}
func (s *postSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	s.office.letters, s.office.users = append(s.office.letters, string(b)), append(s.office.users, s.user)
	return err
}
func (s *postSession) Reset()        {}
func (s *postSession) Logout() error { return nil }

// open starts a post office and says where it is and whom to trust.
func openPostOffice(t *testing.T) (o *postOffice, address, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	o = &postOffice{}
	server := smtp.NewServer(o)
	server.Domain = "127.0.0.1"
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.ErrorLog = quiet{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return o, l.Addr().String(), ca
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

var _ smtp.Logger = quiet{}

func (o *postOffice) received() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.letters...)
}

func TestMailIsSentOverTLSWithAPassword(t *testing.T) {
	office, address, ca := openPostOffice(t)
	c, b := courier(t, SinkConfig{
		Type: "mail", Server: address, User: "labwatch", PasswordFile: secretFile(t, "sesame"), CAFile: ca,
		From: "labwatch@lab.example", To: []string{"QC lead <qc@lab.example>", "shift@lab.example"},
	}, time.Hour)
	take(t, c, published(0, alerts.Opened, alerts.Critical))
	take(t, c, published(1, alerts.Resolved, alerts.Critical))
	got := office.received()
	if len(got) != 2 || len(b.why) != 0 || office.users[0] != "labwatch" {
		t.Fatalf("%d letters from %v, set aside %v", len(got), office.users, b.why)
	}
	id := strings.Repeat("0", 32)
	for _, want := range []string{
		"Subject: [critical] analyser-03: zmean 2345-7|serum", "Message-ID: <" + id + ".0@labwatch>", "qc@lab.example",
		"What to do first: Run a control.", "2026-03-01 12:00:00 UTC", "Auto-Submitted: auto-generated",
	} {
		if !strings.Contains(got[0], want) {
			t.Errorf("the letter lacks %q:\n%s", want, got[0])
		}
	}
	for _, want := range []string{"Subject: [resolved] ", "In-Reply-To: <" + id + ".0@labwatch>", "Message-ID: <" + id + ".1@labwatch>"} {
		if !strings.Contains(got[1], want) {
			t.Errorf("the second letter lacks %q:\n%s", want, got[1])
		}
	}
}

func TestMailThatIsRefused(t *testing.T) {
	office, address, ca := openPostOffice(t)
	mail := SinkConfig{
		Type: "mail", Server: address, User: "labwatch", PasswordFile: secretFile(t, "sesame"), CAFile: ca,
		From: "labwatch@lab.example", To: []string{"nobody@lab.example"},
	}
	for name, c := range map[string]struct {
		change  func(*SinkConfig)
		refused bool // for ever; else it is tried until it is too old
	}{
		"no such user":      {func(*SinkConfig) {}, true},
		"wrong password":    {func(c *SinkConfig) { c.PasswordFile = secretFile(t, "wrong") }, false},
		"unknown authority": {func(c *SinkConfig) { c.CAFile = "" }, false},
		"no server":         {func(c *SinkConfig) { c.Server = "127.0.0.1:1" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := mail
			c.change(&cfg)
			run, b := courier(t, cfg, 0)
			take(t, run, published(0, alerts.Opened, alerts.Critical))
			if len(b.why) != 1 || errors.Is(b.why[0], ErrRefused) != c.refused {
				t.Errorf("set aside %v, refused wanted %v", b.why, c.refused)
			}
			if len(b.why) == 1 && strings.Contains(b.why[0].Error(), "wrong") {
				t.Errorf("the error shows the password: %v", b.why[0])
			}
		})
	}
	if got := office.received(); len(got) != 0 {
		t.Errorf("%d letters arrived", len(got))
	}
}
