package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func serve(t *testing.T, h http.Handler) *Server {
	t.Helper()
	s, err := Listen("http.listen", "127.0.0.1:0", h, nil, Timeout, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func TestServe(t *testing.T) {
	readiness := &Readiness{}
	readiness.Check("kafka", func() (bool, string) { return true, "" })
	s := serve(t, Handler(ReadBuild("v1.2.3"), full(), readiness, hostileFleet()))
	for path, want := range map[string]struct{ kind, text string }{
		"/metrics":     {"text/plain; version=0.0.4; charset=utf-8", "# TYPE labwatch_test_seconds histogram\n"},
		"/healthz":     {"text/plain; charset=utf-8", "alive\n"},
		"/readyz":      {"application/json", `{"ready":true,"checks":[{"name":"kafka","ready":true}]}`},
		"/version":     {"application/json", `"version":"v1.2.3"`},
		"/api/devices": {"application/json", `"device":"plain"`},
		"/api/alerts":  {"application/json", `"rule":"zmean"`},
		"/":            {"text/html; charset=utf-8", `<h2>Ready</h2>`},
	} {
		response, err := http.Get("http://" + s.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != 200 || response.Header.Get("Content-Type") != want.kind ||
			!strings.Contains(string(body), want.text) {
			t.Errorf("%s: %d %v %q %.200s", path, response.StatusCode, err, response.Header.Get("Content-Type"), body)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestMethodsAndPaths(t *testing.T) {
	h := Handler(Build{}, &Page{}, &Readiness{}, nil)
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"HEAD", "/metrics", 200}, {"POST", "/metrics", 405}, {"DELETE", "/api/alerts", 405}, {"GET", "/nothing", 404},
	} {
		if got, _, _ := get(t, h, c.method, c.path); got != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, got, c.want)
		}
	}
}

func TestReadiness(t *testing.T) {
	r := &Readiness{}
	h := Handler(Build{}, &Page{}, r, nil)
	expect := func(status int, want string) {
		t.Helper()
		got, _, body := get(t, h, "GET", "/readyz")
		if got != status || body != want+"\n" {
			t.Errorf("got  %d %swant %d %s", got, body, status, want)
		}
	}
	expect(503, `{"ready":false,"checks":[{"name":"start","ready":false,"reason":"starting"}]}`)
	kafka, reason := false, "no partition assigned yet"
	r.Check("kafka", func() (bool, string) { return kafka, reason })
	r.Check("state", func() (bool, string) { return true, "" })
	expect(503, `{"ready":false,"checks":[{"name":"kafka","ready":false,"reason":"no partition assigned yet"},`+
		`{"name":"state","ready":true}]}`)
	_, _, page := get(t, h, "GET", "/")
	if !strings.Contains(page, "Not ready") || !strings.Contains(page, "no partition assigned yet") {
		t.Errorf("the page does not say so: %s", page)
	}
	kafka, reason = true, ""
	expect(200, `{"ready":true,"checks":[{"name":"kafka","ready":true},{"name":"state","ready":true}]}`)
}

func TestIndexEscapes(t *testing.T) {
	h := Handler(Build{Version: "<v>"}, &Page{}, &Readiness{}, fleetOf{{ID: "<script>alert(1)</script>",
		Open: []OpenAlert{{Rule: "<b>", Series: `"x`}}}})
	_, header, page := get(t, h, "GET", "/")
	for _, bad := range []string{"<script", "<b>", "<v>"} {
		if strings.Contains(page, bad) {
			t.Errorf("%s is in the page", bad)
		}
	}
	if !strings.Contains(page, "<style>"+indexStyle+"</style>") ||
		!strings.Contains(header.Get("Content-Security-Policy"), indexStyleHash()) {
		t.Error("the style is not the one that the policy lets through")
	}
	if !strings.Contains(page, "1 devices, 1 open alerts") {
		t.Errorf("got %s", page)
	}
}

func TestPortInUse(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	addr := other.Addr().String()
	_, err = Listen("http.listen", addr, http.NotFoundHandler(), nil, Timeout, zerolog.Nop())
	want := fmt.Sprintf("listen on %s: port in use by another program; choose another with http.listen", addr)
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	// 192.0.2.0/24 is kept for documentation (RFC 5737), so no machine has it.
	_, err = Listen("http.listen", "192.0.2.1:8420", http.NotFoundHandler(), nil, Timeout, zerolog.Nop())
	if err == nil || !strings.Contains(err.Error(), "does not have that address") {
		t.Errorf("got %v", err)
	}
}

// Close lets a request under way end, and cuts it off when the time is over.
func TestClose(t *testing.T) {
	for _, patient := range []bool{true, false} {
		entered, leave := make(chan struct{}), make(chan struct{})
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(entered)
			<-leave
			_, _ = io.WriteString(w, "done")
		}))
		answer := make(chan string)
		go func() {
			response, err := http.Get("http://" + s.Addr().String())
			if err != nil {
				answer <- "cut off"
				return
			}
			b, _ := io.ReadAll(response.Body)
			response.Body.Close()
			answer <- string(b)
		}()
		<-entered
		ctx, cancel := context.WithCancel(context.Background())
		closed := make(chan error)
		go func() { closed <- s.Close(ctx) }()
		want := "done"
		if patient {
			close(leave)
		} else {
			cancel()
			want = "cut off"
		}
		if got := <-answer; got != want {
			t.Errorf("patient %v: %q", patient, got)
		}
		if err := <-closed; (err == nil) != patient {
			t.Errorf("patient %v: %v", patient, err)
		}
		if !patient {
			close(leave)
		}
		cancel()
		if err := <-s.done; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestTooManyRequests(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	h := limit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-leave
	}))
	done := make(chan int)
	for range maxRequests {
		go func() {
			status, _, _ := get(t, h, "GET", "/")
			done <- status
		}()
		<-entered
	}
	if status, header, _ := get(t, h, "GET", "/"); status != 503 || header.Get("Retry-After") == "" {
		t.Errorf("one too many was answered with %d", status)
	}
	close(leave)
	for range maxRequests {
		if status := <-done; status != 200 {
			t.Errorf("got %d", status)
		}
	}
}

// A header without end is refused, not collected.
func TestLongHeader(t *testing.T) {
	s := serve(t, http.NotFoundHandler())
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nX: %s", strings.Repeat("x", 64<<10))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(line, "431") {
		t.Errorf("got %q, %v", line, err)
	}
}

func TestConfig(t *testing.T) {
	if errs := DefaultConfig().Validate(); errs != nil {
		t.Errorf("defaults: %v", errs)
	}
	for _, c := range []struct {
		cfg  Config
		want string // empty: no mistake
	}{
		{Config{Listen: "127.0.0.2:8420"}, ""}, {Config{Listen: "[::1]:0"}, ""}, {Config{Listen: "localhost:80"}, ""},
		{Config{Listen: "8420"}, "listen: "}, {Config{}, "listen: "}, {Config{Listen: "x:99999"}, "listen: port"},
		{Config{Listen: "x:http"}, "listen: port"},
		{Config{Listen: ":8420"}, "listen: other machines can reach :8420"},
		{Config{Listen: "lab.example:8420"}, "listen: other machines"},
		{Config{Listen: "[::]:8420", AllowAnonymous: true}, ""}, {Config{Listen: ":8420", TokenFile: "t"}, ""},
		{Config{Listen: "[::1]:0", Admin: "0.0.0.0:1"}, "admin: other machines"},
		{Config{Listen: "[::1]:0", Admin: "1"}, "admin: "}, {Config{Listen: "[::1]:0", Admin: "[::1]:1"}, ""},
		{Config{Listen: "[::1]:0", TLS: TLS{CertFile: "a"}}, "tls: cert_file and key_file"},
		{Config{Listen: "[::1]:0", TLS: TLS{ClientCAFile: "a"}}, "tls.client_ca_file: needs"},
		{Config{Listen: ":8420", TLS: TLS{"a", "b", "c"}}, ""},
		{Config{Listen: ":8420", TLS: TLS{CertFile: "a", KeyFile: "b"}}, "listen: other machines"},
		{Config{Listen: ":8420", TokenFile: "t", Operators: []string{"ops"}}, "operators: needs admin"},
		{Config{Listen: "[::1]:0", Admin: "[::1]:1", Operators: []string{"ops"}}, "operators: needs admin"},
		{Config{Listen: "[::1]:0", Admin: "[::1]:1", TokenFile: "t", Operators: []string{"ops", ""}}, "operators[1]: is empty"},
		{Config{Listen: "[::1]:0", Admin: "[::1]:1", TokenFile: "t", Operators: []string{"ops"}}, ""},
		{Config{Listen: ":8420", TokenFile: "t", AllowAnonymous: true}, "allow_anonymous: contradicts"},
	} {
		err := errors.Join(c.cfg.Validate()...)
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.cfg, err, c.want)
		}
	}
	for _, c := range []struct {
		cfg  Config
		want int
	}{{DefaultConfig(), 0}, {Config{Listen: ":1", AllowAnonymous: true}, 2}, {Config{Listen: ":1", TokenFile: "t"}, 1},
		{Config{Listen: ":1", TLS: TLS{"a", "b", "c"}}, 0}, {Config{Listen: "[::1]:1", Admin: ":2", TokenFile: "t"}, 2},
		{Config{Listen: "[::1]:1", Admin: ":2", TokenFile: "t", Operators: []string{"ops"}}, 1}} {
		if got := c.cfg.Warnings(); len(got) != c.want {
			t.Errorf("%+v: %v, want %d", c.cfg, got, c.want)
		}
	}
	if errs := (Config{Listen: "x", DeviceSeries: -1}).Validate(); len(errs) != 2 {
		t.Errorf("want both mistakes, got %v", errs)
	}
}
