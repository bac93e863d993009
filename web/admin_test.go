package web

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAdmin(t *testing.T) {
	level, by := "info", "?"
	a := NewAdmin()
	a.HandleLogLevel(func() string { return level }, func(l, who string) error {
		if l != "debug" {
			return errors.New("no such level")
		}
		level, by = l, who
		return nil
	})
	broken := false
	a.HandleReload(func(string) (Reloaded, error) {
		if broken {
			return Reloaded{}, errors.New("kafka.group: must not be empty")
		}
		return Reloaded{Applied: []string{"log.level"}, NeedsRestart: []string{}}, nil
	})
	open := a.Handler(access(t, Config{}))
	tokens := file(t, "tokens", "ops "+aToken+"\nprometheus another-long-secret", 0o600)
	closed := a.Handler(access(t, Config{TokenFile: tokens}))
	divided := a.Handler(access(t, Config{TokenFile: tokens, Operators: []string{"ops"}}))
	do := func(h http.Handler, method, path, body string, headers ...string) (int, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Host = "127.0.0.1:8421"
		for i := 0; i < len(headers); i += 2 {
			if r.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
				r.Host = headers[i+1]
			}
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		b, _ := io.ReadAll(w.Result().Body)
		return w.Code, strings.TrimSpace(string(b))
	}
	for _, c := range []struct {
		h                  http.Handler
		method, path, body string
		headers            []string
		status             int
		want               string
	}{
		{open, "GET", "/-/loglevel", "", nil, 200, "info"},
		{open, "PUT", "/-/loglevel", "loud", nil, 400, "no such level"},
		{open, "PUT", "/-/loglevel", strings.Repeat("x", adminBody+1), nil, 413, "read the level"},
		{open, "PUT", "/-/loglevel", "debug\n", nil, 200, "debug"},
		{open, "POST", "/-/reload", "", nil, 200, `{"applied":["log.level"],"needs_restart":[]}`},
		{open, "GET", "/-/reload", "", nil, 405, ""},
		{open, "GET", "/debug/pprof/goroutine?debug=1", "", nil, 200, "goroutine profile"},
		{open, "GET", "/debug/pprof/", "", nil, 200, "<html>"},
		{open, "GET", "/metrics", "", nil, 404, ""},
		{open, "POST", "/-/reload", "", []string{"Origin", "https://evil.example"}, 403, ""},
		{open, "POST", "/-/reload", "", []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		{open, "GET", "/debug/pprof/cmdline", "", []string{"Host", "evil.example:8421"}, 421, "ask by address"},
		{open, "GET", "/-/loglevel", "", []string{"Host", "localhost"}, 200, "debug"},
		{open, "GET", "/-/loglevel", "", []string{"Host", "[::1]:8421"}, 200, "debug"},
		{closed, "GET", "/debug/pprof/cmdline", "", nil, 401, "who are you?"},
		{closed, "PUT", "/-/loglevel", "debug", []string{"Authorization", "Bearer " + aToken, "Host", "lab.example"}, 200, "debug"},
		{closed, "GET", "/-/loglevel", "", []string{"Authorization", "Bearer another-long-secret"}, 200, "debug"},
		{divided, "GET", "/-/loglevel", "", []string{"Authorization", "Bearer another-long-secret"}, 403, "prometheus may read"},
		{divided, "POST", "/-/reload", "", []string{"Authorization", "Bearer " + aToken}, 200, `{"applied"`},
		{divided, "POST", "/-/reload", "", nil, 401, "who are you?"},
		{divided, "GET", "/healthz", "", nil, 404, ""},
		{divided, "GET", "/readyz", "", []string{"Authorization", "Bearer another-long-secret"}, 404, ""},
	} {
		status, got := do(c.h, c.method, c.path, c.body, c.headers...)
		if status != c.status || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s %v: %d %.100q, want %d %q", c.method, c.path, c.headers, status, got, c.status, c.want)
		}
	}
	if by != "ops" {
		t.Errorf("the level was set by %q", by)
	}
	broken = true
	if status, got := do(open, "POST", "/-/reload", ""); status != 422 || !strings.Contains(got, "kafka.group: must not be empty") {
		t.Errorf("got %d %q", status, got)
	}
}

// Neither anonymous users of the public address nor those who may only read use up what operators may ask.
func TestReadersDoNotShutOutOperators(t *testing.T) {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	public := func(a *Access) (http.Handler, string, int) { return a.Protect(nothing), "", 429 }
	admin := func(a *Access) (http.Handler, string, int) {
		return NewAdmin().Handler(a), "Bearer another-long-secret", 403
	}
	for _, c := range []struct {
		cfg   Config
		flood func(*Access) (http.Handler, string, int)
	}{
		{Config{AllowAnonymous: true}, public},
		{Config{TokenFile: file(t, "tokens", "ops "+aToken+"\nreader another-long-secret", 0o600), Operators: []string{"ops"}}, admin},
	} {
		a := access(t, c.cfg)
		a.rate.SetLimit(0) // however slow the machine is
		a.operate.SetLimit(0)
		h, token, refused := c.flood(a)
		last := 0
		for range 2 * requestBurst {
			r := httptest.NewRequest("GET", "http://127.0.0.1/debug/pprof/cmdline", nil)
			r.Header.Set("Authorization", token)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			last = w.Code
		}
		if last != refused {
			t.Errorf("the flood is answered with %d, want %d", last, refused)
		}
		if got := ask(NewAdmin().Handler(a), "http://127.0.0.1/debug/pprof/cmdline", "Bearer "+aToken).StatusCode; got != 200 {
			t.Errorf("the operator is answered with %d", got)
		}
	}
}
