package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// contract checks answers against openapi.yaml, and remembers which of the documented ones it has seen.
type contract struct {
	t    *testing.T
	doc  *openapi3.T
	seen map[string]bool // "GET /metrics 200"
}

func newContract(t *testing.T) *contract {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Its decoders know neither pages nor metrics; a text is all that is said of them.
	text := func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		b, err := io.ReadAll(body)
		return string(b), err
	}
	for _, kind := range []string{"text/html", "text/plain"} {
		openapi3filter.RegisterBodyDecoder(kind, text)
	}
	return &contract{t, doc, map[string]bool{}}
}

// ask sends a request and checks the answer.
func (c *contract) ask(h http.Handler, method, path, body string, headers ...string) int {
	c.t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8420"+path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	item := c.doc.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		c.t.Errorf("%s %s is answered with %d and not documented", method, path, w.Code)
		return w.Code
	}
	err := openapi3filter.ValidateResponse(c.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: &routers.Route{
			Spec: c.doc, Path: path, PathItem: item, Method: method, Operation: item.GetOperation(method)}},
		Status: w.Code, Header: w.Result().Header, Body: w.Result().Body,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		c.t.Errorf("%s %s: %d is not as documented: %v", method, path, w.Code, err)
	}
	c.seen[fmt.Sprint(method, " ", path, " ", w.Code)] = true
	return w.Code
}

// busy fills the places of a costly path, asks once more, and lets all go.
func (c *contract) busy(method, path string) {
	c.t.Helper()
	entered, leave := make(chan struct{}, 2*maxRequests), make(chan struct{})
	wait := func() { entered <- struct{}{}; <-leave }
	page := &Page{}
	page.Add(blockingExposer(wait), nil)
	h := Handler(Build{}, page, &Readiness{}, blockingFleet(wait))
	var tasks sync.WaitGroup
	for range maxRequests {
		tasks.Go(func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, path, nil)) })
		<-entered
	}
	c.ask(h, method, path, "")
	close(leave)
	tasks.Wait()
}

type blockingFleet func()

func (f blockingFleet) Snapshot() []Device { f(); return nil }

type blockingExposer func()

func (f blockingExposer) WritePrometheus(io.Writer) { f() }

// TestOpenAPI gets every answer that openapi.yaml documents from the real handlers, and none that it does not.
func TestOpenAPI(t *testing.T) {
	c := newContract(t)
	ready, working := &Readiness{}, false
	ready.Check("kafka", func() (bool, string) { return working, "waiting" })
	fleet := fleetOf{{ID: "a"}, {ID: "b", Facility: "f", LastSeen: 1e18, Records: 7,
		Open: []OpenAlert{{ID: "1", Rule: "zmean", Series: "2345-7", Severity: 3, Opened: 1e18, Count: 2}, {ID: "2", Rule: "silent", Severity: 2}}}}
	handler := Handler(ReadBuild("v1"), full(), ready, fleet)
	tokens := Config{TokenFile: file(t, "tokens", "ops "+aToken, 0o600)}

	admin, level, broken := NewAdmin(), "info", false
	admin.HandleLogLevel(func() string { return level }, func(l, _ string) error {
		if l == "loud" {
			return errors.New("no such level")
		}
		level = l
		return nil
	})
	admin.HandleReload(func(string) (Reloaded, error) {
		if broken {
			return Reloaded{}, errors.New("kafka.group: must not be empty")
		}
		return Reloaded{Applied: []string{"log.level"}, NeedsRestart: []string{}}, nil
	})

	admin.HandleBackup(func(w io.Writer) error { _, err := io.WriteString(w, "packed"); return err })

	var patterns []string
	for _, r := range routes(Build{}, &Page{}, ready, fleet) {
		patterns = append(patterns, strings.TrimSuffix(r.pattern, "{$}"))
	}
	public := len(patterns)
	patterns = append(patterns, admin.patterns...)
	for i, pattern := range patterns {
		method, path, _ := strings.Cut(pattern, " ")
		limited := func(cfg Config, change ...func(*Access)) http.Handler {
			a := access(t, cfg)
			for _, f := range change {
				f(a)
			}
			if i >= public {
				return admin.Handler(a)
			}
			return a.Protect(handler)
		}
		body := ""
		if method == "PUT" {
			body = "debug"
		}
		h := limited(Config{})
		if path == "/readyz" {
			c.ask(h, method, path, body)
			working = true
		}
		if got := c.ask(h, method, path, body); got != 200 {
			t.Errorf("%s: %d", pattern, got)
		}
		c.ask(limited(tokens), method, path, body)
		if full := func(a *Access) { a.rate.SetBurst(0); a.operate.SetBurst(0) }; path != "/healthz" && path != "/readyz" {
			c.ask(limited(Config{}, full), method, path, body)
		}
		if i >= public {
			c.ask(limited(Config{}), method, path, body, "Host", "evil.example")
			others := tokens
			others.Operators = []string{"chief"}
			c.ask(limited(others), method, path, body, "Authorization", "Bearer "+aToken)
			if method != "GET" {
				c.ask(limited(Config{}), method, path, body, "Origin", "https://evil.example")
			}
		}
	}
	broken = true
	h := admin.Handler(access(t, Config{}))
	c.ask(h, "POST", "/-/reload", "")
	c.ask(h, "PUT", "/-/loglevel", "loud")
	c.ask(h, "PUT", "/-/loglevel", strings.Repeat("x", adminBody+1))
	for _, path := range []string{"/metrics", "/api/devices", "/api/alerts", "/"} {
		c.busy("GET", path)
	}

	for path, item := range c.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if !slices.Contains(patterns, method+" "+path) {
				t.Errorf("%s %s is documented and not served", method, path)
			}
			for status := range operation.Responses.Map() {
				if answer := method + " " + path + " " + status; !c.seen[answer] {
					t.Errorf("%s is documented and was never answered", answer)
				}
			}
		}
	}
}
