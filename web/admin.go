package web

import (
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"sync"
	"time"
)

// Admin is what the admin address answers. Whoever has something for operators registers it, at any time.
type Admin struct {
	mux      *http.ServeMux
	mu       sync.Mutex
	patterns []string // that were registered
}

// NewAdmin answers profiles under /debug/pprof/.
func NewAdmin() *Admin {
	a := &Admin{mux: http.NewServeMux()}
	a.Handle("GET /debug/pprof/", pprof.Index)
	a.mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	a.mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	a.mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	a.mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return a
}

// Handle answers one pattern of net/http, such as "POST /-/reload".
func (a *Admin) Handle(pattern string, h http.HandlerFunc) {
	a.mu.Lock()
	a.patterns = append(a.patterns, pattern)
	a.mu.Unlock()
	a.mux.HandleFunc(pattern, h)
}

// adminBody bounds what an operator may send, in bytes.
const adminBody = 64 << 10

// AdminTimeout is how long an answer on the admin address may take: a profile or a trace lasts as long as was asked.
const AdminTimeout = 10 * time.Minute

// Handler refuses what a page of somebody else makes a browser send: requests across origins, and names that are no
// address, by which a foreign name server could lead a browser here. Behind credentials any name will do. There is no
// health here: a probe that errs is not a reader who tried to operate.
func (a *Admin) Handler(access *Access) http.Handler {
	protected := access.limit(access.operate, http.NewCrossOriginProtection().Handler(a.mux))
	operators := access.identify(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if host != "localhost" && net.ParseIP(strings.Trim(host, "[]")) == nil && !access.now.Load().cfg.authenticates() {
			http.Error(w, "ask by address, not by name", http.StatusMisdirectedRequest)
			return
		}
		if name := Caller(r.Context()); !access.now.Load().cfg.operates(name) {
			access.refused.operator.Inc()
			http.Error(w, name+" may read, and is not among http.operators", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, adminBody)
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		protected.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isHealth(r) {
			http.NotFound(w, r)
			return
		}
		operators.ServeHTTP(w, r)
	})
}

// HandleBackup answers GET /-/backup with what backup writes. An answer that fails half way breaks off, which the client
// sees; and whoever reads what there is of it misses the checksum at its end.
func (a *Admin) HandleBackup(backup func(io.Writer) error) {
	a.Handle("GET /-/backup", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/gzip")
		w.Header().Set("Content-Disposition", `attachment; filename="labwatch-state.gz"`)
		if err := backup(w); err != nil {
			panic(http.ErrAbortHandler)
		}
	})
}

// HandleLogLevel answers GET and PUT /-/loglevel with a word such as debug. set returns an error for a word that is no
// level.
func (a *Admin) HandleLogLevel(get func() string, set func(level, by string) error) {
	answer := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, get()+"\n")
	}
	a.Handle("GET /-/loglevel", func(w http.ResponseWriter, _ *http.Request) { answer(w) })
	a.Handle("PUT /-/loglevel", func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "read the level: "+err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		if err := set(strings.TrimSpace(string(b)), Caller(r.Context())); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer(w)
	})
}

// HandleReload answers POST /-/reload: 200 with what came into force and what waits for a restart, or 422 with the
// mistakes when the former config stays.
func (a *Admin) HandleReload(reload func(by string) (Reloaded, error)) {
	a.Handle("POST /-/reload", func(w http.ResponseWriter, r *http.Request) {
		done, err := reload(Caller(r.Context()))
		if err != nil {
			http.Error(w, "the former config stays:\n"+err.Error(), http.StatusUnprocessableEntity)
			return
		}
		writeJSON(w, http.StatusOK, done)
	})
}

// Reloaded is what a reload did, by the paths of settings.
type Reloaded struct {
	Applied      []string `json:"applied"`
	NeedsRestart []string `json:"needs_restart"` // changed since the start, and not in force
}
