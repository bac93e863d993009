package deliver

import (
	"fmt"
	"net/mail"
	"net/url"
	"os"
	"regexp"
	"slices"
	"time"

	"labwatch/alerts"
)

// sinkName is what may stand in a consumer group, a metric label and a log.
var sinkName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,40}$`)

// Validate names every mistake by its path below delivery.
func (c *Config) Validate() []error {
	var errs []error
	if c.GiveUp < time.Minute {
		errs = append(errs, fmt.Errorf("give_up: must be at least 1m, is %v", c.GiveUp))
	}
	seen := map[string]bool{}
	for i := range c.Sinks {
		s := &c.Sinks[i]
		bad := func(key, format string, args ...any) {
			errs = append(errs, fmt.Errorf("sinks[%d].%s: %s", i, key, fmt.Sprintf(format, args...)))
		}
		if !sinkName.MatchString(s.Name) {
			bad("name", "%q is no name of small letters, digits, - and _", s.Name)
		}
		if seen[s.Name] {
			bad("name", "%q is taken by another sink", s.Name)
		}
		seen[s.Name] = true
		if _, ok := severity(s.MinSeverity); !ok {
			bad("min_severity", "%q is none of info, warning, critical", s.MinSeverity)
		}
		for _, f := range []struct{ key, path string }{
			{"url_file", s.URLFile}, {"password_file", s.PasswordFile}, {"token_file", s.TokenFile},
			{"secret_file", s.SecretFile}, {"ca_file", s.CAFile},
		} {
			if f.path == "" {
				continue
			}
			if _, err := os.Stat(f.path); err != nil {
				bad(f.key, "%v", err)
			}
		}
		switch s.Type {
		case "mail":
			s.validateMail(bad)
		case "alertmanager", "webhook", "slack":
			s.validateHTTP(bad)
		default:
			bad("type", "%q is none of alertmanager, webhook, slack, mail", s.Type)
		}
	}
	return errs
}

func (s *SinkConfig) validateHTTP(bad func(key, format string, args ...any)) {
	switch {
	case (s.URL == "") == (s.URLFile == ""):
		bad("url", "name one of url and url_file")
	case s.URL != "":
		if !isAddress(s.URL) {
			bad("url", "is no http or https address") // not quoted: it may hold a secret
		} else if u, err := url.Parse(s.URL); err == nil && u.User != nil {
			bad("url", "holds a user or password; write user and password_file")
		}
	}
	if (s.User == "") != (s.PasswordFile == "") {
		bad("user", "user and password_file belong together")
	}
	if s.User != "" && s.TokenFile != "" {
		bad("token_file", "there is a user already")
	}
	if s.SecretFile != "" && s.Type != "webhook" {
		bad("secret_file", "only a webhook is signed")
	}
	for _, key := range []struct{ name, value string }{{"server", s.Server}, {"tls", s.TLS}, {"from", s.From}} {
		if key.value != "" {
			bad(key.name, "is of mail only")
		}
	}
	if len(s.To) > 0 {
		bad("to", "is of mail only")
	}
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func (s *SinkConfig) validateMail(bad func(key, format string, args ...any)) {
	if _, _, err := splitServer(s.Server); err != nil {
		bad("server", "%v", err)
	}
	if !slices.Contains([]string{"", "starttls", "implicit", "none"}, s.TLS) {
		bad("tls", "%q is none of starttls, implicit, none", s.TLS)
	}
	if (s.User == "") != (s.PasswordFile == "") {
		bad("user", "user and password_file belong together")
	}
	if s.TLS == "none" && s.User != "" {
		bad("tls", "a password is not sent without TLS")
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		bad("from", "%q is no address", s.From)
	}
	if len(s.To) == 0 {
		bad("to", "names nobody")
	}
	for _, to := range s.To {
		if _, err := mail.ParseAddress(to); err != nil {
			bad("to", "%q is no address", to)
		}
	}
	for _, key := range []struct{ name, value string }{{"url", s.URL}, {"url_file", s.URLFile}, {"token_file", s.TokenFile}, {"secret_file", s.SecretFile}} {
		if key.value != "" {
			bad(key.name, "is not of mail")
		}
	}
}

// severity reads a level; empty is the lowest.
func severity(s string) (alerts.Severity, bool) {
	for _, v := range []alerts.Severity{alerts.Info, alerts.Warning, alerts.Critical} {
		if s == v.String() || s == "" {
			return v, true
		}
	}
	return 0, false
}
