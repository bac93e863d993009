package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"labwatch/secret"
)

// SASL says as whom labwatch speaks to Kafka, and where the proof is. Files are read anew for every connection, so that
// a new password or token needs no restart.
type SASL struct {
	Mechanism    string `yaml:"mechanism"`     // plain, scram-sha-256, scram-sha-512 or oauthbearer; empty: none
	Username     string `yaml:"username"`      // not of oauthbearer, whose token tells
	PasswordFile string `yaml:"password_file"` // holds the password alone
	PasswordEnv  string `yaml:"password_env"`  // or the environment variable that does
	TokenFile    string `yaml:"token_file"`    // of oauthbearer: kept fresh by whoever writes it
	OIDC         OIDC   `yaml:"oidc"`          // or where labwatch fetches a token itself
}

// The names of the mechanisms, as the config has them.
const (
	saslPlain    = "plain"
	saslScram256 = "scram-sha-256"
	saslScram512 = "scram-sha-512"
	saslBearer   = "oauthbearer"
)

func (s SASL) validate(bad func(path, format string, args ...any)) {
	bearer := s.TokenFile != "" || s.OIDC.named()
	password := s.Username != "" || s.password().Named()
	switch s.Mechanism {
	case "":
		if bearer || password {
			bad("sasl.mechanism", "is not set, but other settings of sasl are made")
		}
	case saslPlain, saslScram256, saslScram512:
		if s.Username == "" {
			bad("sasl.username", "must not be empty with %s", s.Mechanism)
		}
		if (s.PasswordFile == "") == (s.PasswordEnv == "") {
			bad("sasl.password_file", "or sasl.password_env must be set with %s, and only one of them", s.Mechanism)
		}
		if bearer {
			bad("sasl.token_file", "and sasl.oidc are of oauthbearer, not of %s", s.Mechanism)
		}
	case saslBearer:
		if (s.TokenFile == "") == !s.OIDC.named() {
			bad("sasl.token_file", "or sasl.oidc must be set with oauthbearer, and only one of them")
		}
		if password {
			bad("sasl.username", "and a password are not of oauthbearer")
		}
		s.OIDC.validate(bad)
	default:
		bad("sasl.mechanism", "%q is none of %s", s.Mechanism,
			strings.Join([]string{saslPlain, saslScram256, saslScram512, saslBearer}, ", "))
	}
}

func (s SASL) password() secret.Source {
	return secret.Source{File: s.PasswordFile, Env: s.PasswordEnv}
}

// Password reads it. The error names the setting.
func (s SASL) Password() (secret.Secret, error) {
	p, err := s.password().Read()
	if err != nil {
		setting := "password_file"
		if s.PasswordFile == "" {
			setting = "password_env"
		}
		return p, credentialError{fmt.Errorf("kafka.sasl.%s: %w", setting, err)}
	}
	return p, nil
}

// token reads or fetches one.
func (s SASL) token() func(context.Context) (secret.Secret, error) {
	if s.OIDC.named() {
		return newTokens(s.OIDC).get
	}
	return func(context.Context) (secret.Secret, error) {
		t, err := secret.Source{File: s.TokenFile}.Read()
		if err != nil {
			return t, credentialError{fmt.Errorf("kafka.sasl.token_file: %w", err)}
		}
		return t, nil
	}
}

// mechanism is what the client asks for every connection, nil for none.
func (s SASL) mechanism() sasl.Mechanism {
	switch s.Mechanism {
	case saslPlain:
		return told{plain.Plain(func(context.Context) (plain.Auth, error) {
			p, err := s.Password()
			return plain.Auth{User: s.Username, Pass: p.Reveal()}, err
		})}
	case saslScram256, saslScram512:
		of := scram.Sha256
		if s.Mechanism == saslScram512 {
			of = scram.Sha512
		}
		return told{of(func(context.Context) (scram.Auth, error) {
			p, err := s.Password()
			return scram.Auth{User: s.Username, Pass: p.Reveal()}, err
		})}
	case saslBearer:
		token := s.token()
		return told{oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
			t, err := token(ctx)
			return oauth.Auth{Token: t.Reveal()}, err
		})}
	}
	return nil
}

// told marks a refusal that franz-go tells in words only.
type told struct{ sasl.Mechanism }

// Authenticate implements sasl.Mechanism.
func (t told) Authenticate(ctx context.Context, host string) (sasl.Session, []byte, error) {
	s, first, err := t.Mechanism.Authenticate(ctx, host)
	return toldSession{s}, first, err
}

type toldSession struct{ sasl.Session }

// Challenge implements sasl.Session.
func (t toldSession) Challenge(b []byte) (bool, []byte, error) {
	done, next, err := t.Session.Challenge(b)
	if err != nil {
		err = errors.Join(errRefused, err)
	}
	return done, next, err
}

// clear says whether the password or token itself crosses the network, rather than a proof of it.
func (s SASL) clear() bool { return slices.Contains([]string{saslPlain, saslBearer}, s.Mechanism) }
