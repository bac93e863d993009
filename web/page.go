package web

import (
	"io"
	"net/http"
	"slices"
	"sync"
)

// Exposer writes samples, one a line, in the text exposition format. A *metrics.Set is one.
type Exposer interface {
	WritePrometheus(w io.Writer)
}

// Page is the metrics page. Whoever has metrics adds them when it starts to live, and takes them away when it ends.
type Page struct {
	mu      sync.Mutex
	sources []*source
}

type source struct {
	exposer Exposer
	help    map[string]string
}

// Add shows samples until the returned function is called. help gives each metric family its one line; families of
// other sources may be continued, the first help counts. Two sources must not write the same series.
func (p *Page) Add(exposer Exposer, help map[string]string) (remove func()) {
	s := &source{exposer, help}
	p.mu.Lock()
	p.sources = append(p.sources, s)
	p.mu.Unlock()
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if i := slices.Index(p.sources, s); i >= 0 {
			p.sources = slices.Delete(p.sources, i, i+1)
		}
	}
}

// gather asks all sources, without the lock: a gauge may take its time.
func (p *Page) gather() *families {
	p.mu.Lock()
	sources := slices.Clone(p.sources)
	p.mu.Unlock()
	fs := &families{byName: map[string]*family{}}
	for _, s := range sources {
		fs.read(s)
	}
	return fs
}

// WritePrometheus writes the whole page: every family once, in the order of their names, with HELP and TYPE.
func (p *Page) WritePrometheus(w io.Writer) { _, _ = w.Write(p.gather().append(nil)) }

// WithoutHelp names the families that nobody explained. It is there for tests: there must be none.
func (p *Page) WithoutHelp() (names []string) {
	for _, f := range p.gather().sorted() {
		if f.help == "" {
			names = append(names, f.name)
		}
	}
	return names
}

// contentType is obligatory: Prometheus 3 takes a target without it for down.
const contentType = "text/plain; version=0.0.4; charset=utf-8"

func (p *Page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", contentType)
	p.WritePrometheus(w) // an error means that the scraper has gone
}
