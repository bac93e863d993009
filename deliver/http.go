package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"labwatch/secret"
)

// poster sends bodies to one address, as the sinks that speak HTTP do.
type poster struct {
	cfg    SinkConfig
	client *http.Client
}

func newPoster(c SinkConfig) (*poster, error) {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 5 * time.Second,
		IdleConnTimeout:     time.Minute,
		ForceAttemptHTTP2:   true,
	}
	if c.CAFile != "" {
		roots, err := readRoots(c.CAFile)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.RootCAs = roots
	}
	client := &http.Client{
		Transport: transport,
		// An alert and its token go where the config says and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &poster{c, client}, nil
}

func readRoots(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read authorities: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read authorities: no certificate in %s", path)
	}
	return roots, nil
}

// readSecret reads a secret at each use, so that it can be changed while labwatch runs.
func readSecret(path string) (string, error) {
	s, err := secret.Source{File: path}.Read()
	return s.Reveal(), err
}

// post sends one body below the address. What came back decides: 2xx is taken; 400, 413 and 422 (the request is wrong in
// itself) and 410 (the address is gone for good) are refusals; everything else, wrong passwords and redirects included,
// can be mended outside and is tried again.
func (p *poster) post(ctx context.Context, path string, body []byte, header http.Header) error {
	address := p.cfg.URL
	if p.cfg.URLFile != "" {
		var err error
		if address, err = readSecret(p.cfg.URLFile); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(address, "/")+path, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address of the sink is no URL") // the error would quote it
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "labwatch")
	if err := p.authorize(req); err != nil {
		return err
	}
	res, err := p.client.Do(req)
	if err != nil {
		var in *url.Error
		if errors.As(err, &in) {
			err = in.Err // without the address, which may be a secret
		}
		return fmt.Errorf("post alert: %w", err)
	}
	defer res.Body.Close()
	// What the other side says is not told: it may quote the request, and the secret in it.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)) // so that the connection is used again
	switch {
	case res.StatusCode/100 == 2:
		return nil
	case res.StatusCode == http.StatusBadRequest, res.StatusCode == http.StatusRequestEntityTooLarge,
		res.StatusCode == http.StatusUnprocessableEntity, res.StatusCode == http.StatusGone:
		return fmt.Errorf("post alert: status %d: %w", res.StatusCode, ErrRefused)
	}
	err = fmt.Errorf("post alert: status %d", res.StatusCode)
	if after, e := strconv.Atoi(res.Header.Get("Retry-After")); e == nil && after > 0 {
		return &laterError{err, time.Duration(after) * time.Second}
	}
	return err
}

func (p *poster) authorize(req *http.Request) error {
	switch {
	case p.cfg.TokenFile != "":
		token, err := readSecret(p.cfg.TokenFile)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+token)
	case p.cfg.User != "":
		password, err := readSecret(p.cfg.PasswordFile)
		if err != nil {
			return err
		}
		req.SetBasicAuth(p.cfg.User, password)
	}
	return nil
}

// laterError says when the other side wants to be asked again.
type laterError struct {
	error
	after time.Duration
}

func (e *laterError) Unwrap() error { return e.error }
