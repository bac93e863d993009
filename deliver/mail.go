package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"labwatch/alerts"
)

// mailer sends one e-mail for each message, over a connection of its own: alerts are rare, and a connection that was
// left open is the first thing to break.
type mailer struct {
	cfg  SinkConfig
	host string
	port int
	tls  *tls.Config
}

func newMail(c SinkConfig) (*mailer, error) {
	host, port, err := splitServer(c.Server)
	if err != nil {
		return nil, err
	}
	m := &mailer{cfg: c, host: host, port: port, tls: &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}}
	if c.CAFile != "" {
		if m.tls.RootCAs, err = readRoots(c.CAFile); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func splitServer(server string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(server)
	if err != nil || host == "" {
		return "", 0, fmt.Errorf("%q is no host:port", server)
	}
	if port, err = strconv.Atoi(text); err != nil || port < 1 || port > 65535 {
		return "", 0, fmt.Errorf("%q has no port from 1 to 65535", server)
	}
	return host, port, nil
}

// Send implements Sink.
func (s *mailer) Send(ctx context.Context, m *Message) error {
	letter, err := s.letter(m)
	if err != nil {
		return fmt.Errorf("write e-mail: %w: %w", err, ErrRefused)
	}
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(tryFor), gomail.WithTLSConfig(s.tls), gomail.WithTLSPolicy(gomail.TLSMandatory),
	}
	switch s.cfg.TLS {
	case "implicit":
		options = append(options, gomail.WithSSL())
	case "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.cfg.User != "" {
		password, err := readSecret(s.cfg.PasswordFile)
		if err != nil {
			return err
		}
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.cfg.User), gomail.WithPassword(password))
	}
	client, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return fmt.Errorf("prepare e-mail: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, letter); err != nil {
		var refused *gomail.SendError
		if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
			return fmt.Errorf("send e-mail: %w: %w", err, ErrRefused)
		}
		return fmt.Errorf("send e-mail: %w", err)
	}
	return nil
}

// letter is the e-mail. Its Message-ID is the message's own id, so that a repeat is recognised, and what is said later
// of the same alert answers the first, so that a mailbox shows one thread.
func (s *mailer) letter(m *Message) (*gomail.Msg, error) {
	a := &m.Alert
	l := gomail.NewMsg()
	if err := l.From(s.cfg.From); err != nil {
		return nil, err
	}
	if err := l.To(s.cfg.To...); err != nil {
		return nil, err
	}
	l.SetMessageIDWithValue(m.ID + "@labwatch")
	if a.Sequence > 0 {
		first := "<" + a.ID + ".0@labwatch>"
		l.SetGenHeader(gomail.HeaderInReplyTo, first)
		l.SetGenHeader(gomail.HeaderReferences, first)
	}
	l.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's absence note answers
	l.SetDate()
	l.Subject(fmt.Sprintf("[%s] %s: %s", word(a), a.Device, oneLine(a.Rule+" "+a.Series)))
	l.SetBodyString(gomail.TypeTextPlain, letterText(a))
	return l, nil
}

func letterText(a *alerts.Alert) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", a.Summary)
	if a.Change != alerts.Resolved && a.Action != "" {
		fmt.Fprintf(&b, "What to do first: %s\n\n", a.Action)
	}
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s %s\n", name, value)
		}
	}
	utc := func(at int64) string { return time.Unix(0, at).UTC().Format("2006-01-02 15:04:05 UTC") }
	line("device", a.Device)
	line("facility", a.Facility)
	line("series", a.Series)
	line("rule", a.Rule)
	line("severity", a.Severity.String())
	line("state", a.Change.String())
	line("opened", utc(a.Opened))
	line("at", utc(a.At))
	line("alert", a.ID)
	line("evidence", "labwatch explain "+a.ID)
	return b.String()
}

// oneLine keeps a name from a message out of the other headers.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
