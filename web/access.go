package web

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/rs/zerolog"
	"golang.org/x/time/rate"
)

// Access decides who may ask, and how often. Its files are looked at every few seconds while requests come, and read
// again when they have changed, so that a renewed certificate or a withdrawn token needs no restart; files that cannot
// be read leave the former ones in force.
type Access struct {
	log     zerolog.Logger
	now     atomic.Pointer[credentials]
	mu      sync.Mutex
	looked  time.Time
	failed  string // stamp of files that could not be read
	rate    *rate.Limiter
	tell    rate.Sometimes
	set     *metrics.Set
	refused struct{ credentials, rate *metrics.Counter }
	current *metrics.Gauge
}

// Requests a second that are answered in the long run, and at once after a pause, over all paths but health. A scrape
// and a page are far below; what is above takes the processor from the readings.
const (
	requestRate  = 50
	requestBurst = 200
)

// lookEvery is how often the files are looked at.
const lookEvery = 5 * time.Second

// NewAccess reads the files that cfg names.
func NewAccess(cfg Config, log zerolog.Logger) (*Access, error) {
	c, err := readCredentials(cfg)
	if err != nil {
		return nil, err
	}
	a := &Access{log: log, looked: time.Now(), rate: rate.NewLimiter(requestRate, requestBurst), set: metrics.NewSet()}
	a.tell.Interval = time.Minute
	a.now.Store(c)
	a.refused.credentials = a.set.NewCounter(`labwatch_http_refused_total{reason="credentials"}`)
	a.refused.rate = a.set.NewCounter(`labwatch_http_refused_total{reason="rate"}`)
	a.current = a.set.NewGauge("labwatch_http_credentials_current", nil)
	a.current.Set(1)
	a.set.NewGauge("labwatch_http_certificate_not_after_timestamp_seconds", func() float64 {
		if c := a.now.Load(); !c.notAfter.IsZero() {
			return float64(c.notAfter.Unix())
		}
		return 0
	})
	return a, nil
}

// Metrics are those of the door. Help has a line for each.
func (a *Access) Metrics() Exposer { return a.set }

// Help is one line for each family.
func (*Access) Help() map[string]string {
	return map[string]string{
		"labwatch_http_refused_total":                           "Requests that were turned away, by reason.",
		"labwatch_http_credentials_current":                     "1 while the token and certificate files could be read when they last changed, 0 while former ones are in force.",
		"labwatch_http_certificate_not_after_timestamp_seconds": "End of the certificate of http.tls, seconds since 1970 UTC; 0 without TLS.",
	}
}

// Prepare reads the files that another config names, and returns what puts them into force.
func (a *Access) Prepare(cfg Config) (apply func(), err error) {
	c, err := readCredentials(cfg)
	if err != nil {
		return nil, err
	}
	return func() {
		a.now.Store(c)
		a.current.Set(1)
	}, nil
}

// TLS is nil when there is none.
func (a *Access) TLS() *tls.Config {
	if a.now.Load().tls == nil {
		return nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return a.credentials().tls, nil
	}}
}

// credentials are those in force, after a look at the files when the last one is some seconds ago.
func (a *Access) credentials() *credentials {
	c := a.now.Load()
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Since(a.looked) < lookEvery {
		return c
	}
	a.looked = time.Now()
	a.renew(c)
	return a.now.Load()
}

// renew reads the files of c again if they have changed. It is called under the lock. A reload may have put other files
// into force meanwhile: these stay.
func (a *Access) renew(c *credentials) {
	stamp := stampOf(c.cfg)
	if stamp == c.stamp || stamp == a.failed {
		return
	}
	fresh, err := readCredentials(c.cfg)
	if err != nil {
		a.failed = stamp
		a.current.Set(0)
		a.log.Error().Err(err).Msg("token or certificate files have changed and cannot be read: the former ones stay in force")
		return
	}
	if a.now.CompareAndSwap(c, fresh) {
		a.current.Set(1)
		a.log.Info().Msg("token and certificate files were read again")
	}
}

type callerKey struct{}

// Caller is who asks: the name of a token or of a client certificate; empty when nobody was asked.
func Caller(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return name
}

// Protect lets through who may ask. Health is open to all: a probe has no secrets, and gets none.
func (a *Access) Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		if !a.rate.Allow() {
			a.refused.rate.Inc()
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		c := a.credentials()
		if !c.cfg.authenticates() {
			next.ServeHTTP(w, r)
			return
		}
		name, ok := c.caller(r)
		if !ok {
			a.refused.credentials.Inc()
			a.tell.Do(func() {
				host, _, _ := net.SplitHostPort(r.RemoteAddr)
				a.log.Warn().Str("from", host).Msg("a request without valid credentials was refused; further ones of this minute are only counted")
			})
			w.Header().Add("WWW-Authenticate", `Bearer realm="labwatch"`)
			w.Header().Add("WWW-Authenticate", `Basic realm="labwatch: any name, the token as password"`)
			http.Error(w, "who are you? A bearer token or a client certificate is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, name)))
	})
}

// caller finds out who asks: by a client certificate that the handshake has verified, or by a token, which a browser
// sends as the password of basic authentication.
func (c *credentials) caller(r *http.Request) (name string, ok bool) {
	if c.cfg.TLS.ClientCAFile != "" && r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		return r.TLS.VerifiedChains[0][0].Subject.CommonName, true
	}
	text, bearer := cutFold(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		_, text, ok = r.BasicAuth()
		if !ok {
			return "", false
		}
	}
	return owner(c.tokens, strings.TrimSpace(text))
}

// cutFold cuts a scheme, whose letters may be small or large (RFC 9110, 11.1).
func cutFold(text, scheme string) (string, bool) {
	if len(text) < len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) {
		return "", false
	}
	return text[len(scheme):], true
}
