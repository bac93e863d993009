package web

import (
	"net/http"
)

// Handler answers all paths. Fleet may be nil: then there are no devices.
func Handler(build Build, page *Page, readiness *Readiness, fleet Fleet) http.Handler {
	if fleet == nil {
		fleet = nobody{}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("alive\n"))
	})
	mux.Handle("GET /readyz", readiness)
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, build) })
	mux.Handle("GET /metrics", limit(page))
	mux.Handle("GET /api/devices", limit(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, devicesJSON(fleet))
	})))
	mux.Handle("GET /api/alerts", limit(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, alertsJSON(fleet))
	})))
	mux.Handle("GET /{$}", limit(index{build, readiness, fleet}))
	return guard(mux)
}

type nobody struct{}

func (nobody) Snapshot() []Device { return nil }

// maxRequests are worked on at a time, so that a swarm of browsers costs a bounded share of memory. Health is asked
// without limit: a busy page is no reason to restart the process.
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
