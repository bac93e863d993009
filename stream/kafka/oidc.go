package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"labwatch/secret"
)

// OIDC is where labwatch fetches tokens for Kafka, with the client credentials grant (RFC 6749, section 4.4).
type OIDC struct {
	TokenURL         string   `yaml:"token_url"` // https://...
	ClientID         string   `yaml:"client_id"`
	ClientSecretFile string   `yaml:"client_secret_file"` // holds the secret alone
	ClientSecretEnv  string   `yaml:"client_secret_env"`  // or the environment variable that does
	Scopes           []string `yaml:"scopes"`
	CAFile           string   `yaml:"ca_file"` // authorities that may sign the server's certificate; empty: those of the system
}

func (o OIDC) named() bool {
	return o.TokenURL != "" || o.ClientID != "" || o.secret().Named() || len(o.Scopes) > 0 || o.CAFile != ""
}

func (o OIDC) secret() secret.Source {
	return secret.Source{File: o.ClientSecretFile, Env: o.ClientSecretEnv}
}

func (o OIDC) validate(bad func(path, format string, args ...any)) {
	if !o.named() {
		return
	}
	if u, err := url.Parse(o.TokenURL); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		bad("sasl.oidc.token_url", "must be an https address without a password in it") // not shown: it could hold one
	}
	if o.ClientID == "" {
		bad("sasl.oidc.client_id", "must not be empty")
	}
	if (o.ClientSecretFile == "") == (o.ClientSecretEnv == "") {
		bad("sasl.oidc.client_secret_file", "or client_secret_env must be set, and only one of them")
	}
}

// tokens fetches a token when there is none that is valid for a while yet. It serves all clients of a daemon, or each
// partition's recovery would ask for one.
type tokens struct {
	oidc OIDC
	mu   sync.Mutex
	last *oauth2.Token
}

func newTokens(o OIDC) *tokens { return &tokens{oidc: o} }

func (t *tokens) get(ctx context.Context) (secret.Secret, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	// Valid is false some seconds before it expires, and of nil; a token whose end is not told may have ended.
	if !t.last.Valid() || t.last.Expiry.IsZero() {
		fresh, err := t.fetch(ctx)
		if err != nil {
			return secret.Secret{}, credentialError{fmt.Errorf("kafka.sasl.oidc: %w", err)}
		}
		t.last = fresh
	}
	return secret.New(t.last.AccessToken), nil
}

func (t *tokens) fetch(ctx context.Context) (*oauth2.Token, error) {
	ours, err := t.oidc.secret().Read()
	if err != nil {
		return nil, fmt.Errorf("client secret: %w", err)
	}
	pool, err := authorities(t.oidc.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Timeout: dialTimeout, Transport: transport,
		// The secret goes where the config says and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	grant := clientcredentials.Config{ClientID: t.oidc.ClientID, ClientSecret: ours.Reveal(), TokenURL: t.oidc.TokenURL, Scopes: t.oidc.Scopes}
	token, err := grant.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
	if answer := new(oauth2.RetrieveError); errors.As(err, &answer) {
		// Its text quotes the server's answer, which may quote us.
		return nil, fmt.Errorf("%s refuses client %q with status %d %s", t.oidc.TokenURL, t.oidc.ClientID, answer.Response.StatusCode, answer.ErrorCode)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch a token: %w", err)
	}
	return token, nil
}
