package web

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.yaml
var openAPI []byte

// route is a pattern of net/http and who answers it. Each has its place in openapi.yaml.
type route struct {
	pattern string
	handler http.Handler
}

// routes are all that users may ask for. Health is asked without limit: a busy page is no reason to restart the process.
func routes(build Build, page *Page, readiness *Readiness, fleet Fleet) []route {
	answer := func(kind string, b []byte) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(b)
		})
	}
	asJSON := func(value func() any) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, value()) })
	}
	return []route{
		{"GET /healthz", answer("text/plain; charset=utf-8", []byte("alive\n"))},
		{"GET /readyz", readiness},
		{"GET /version", asJSON(func() any { return build })},
		{"GET /openapi.yaml", answer("application/yaml", openAPI)},
		{"GET /metrics", limit(page)},
		{"GET /api/devices", limit(asJSON(func() any { return devicesJSON(fleet) }))},
		{"GET /api/alerts", limit(asJSON(func() any { return alertsJSON(fleet) }))},
		{"GET /{$}", limit(index{build, readiness, fleet})},
	}
}

// Handler answers all paths. Fleet may be nil: then there are no devices.
func Handler(build Build, page *Page, readiness *Readiness, fleet Fleet) http.Handler {
	if fleet == nil {
		fleet = nobody{}
	}
	mux := http.NewServeMux()
	for _, r := range routes(build, page, readiness, fleet) {
		mux.Handle(r.pattern, r.handler)
	}
	return guard(mux)
}

type nobody struct{}

func (nobody) Snapshot() []Device { return nil }

// maxRequests are worked on at a time, so that a swarm of browsers costs a bounded share of memory.
const maxRequests = 16

func limit(next http.Handler) http.Handler {
	slots := make(chan struct{}, maxRequests)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			next.ServeHTTP(w, r)
		default:
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many requests at a time", http.StatusServiceUnavailable)
		}
	})
}

// guard sets what holds for every answer. Nothing here takes a body.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1024)
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src '"+indexStyleHash()+"'; "+
			"frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
