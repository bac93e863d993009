package web

import (
	"crypto/tls"
	"fmt"
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
	failed  string        // stamp of files that could not be read
	rate    *rate.Limiter // of the public address
	operate *rate.Limiter // of the admin address: who may only read must not shut out operators
	tell    rate.Sometimes
	set     *metrics.Set
	refused struct{ credentials, operator, rate *metrics.Counter }
	current *metrics.Gauge
}

// Requests a second that are answered in the long run, and at once after a pause, over all paths of an address but
// health, to those who may ask there. A scrape and a page are far below; what is above takes the processor from the readings.
const (
	requestRate  = 50
	requestBurst = 200
)

// NewAccess reads the files that cfg names.
func NewAccess(cfg Config, log zerolog.Logger) (*Access, error) {
	c, err := readCredentials(cfg)
	if err != nil {
		return nil, err
	}
	a := &Access{log: log, looked: time.Now(), set: metrics.NewSet(),
		rate: rate.NewLimiter(requestRate, requestBurst), operate: rate.NewLimiter(requestRate, requestBurst)}
	a.tell.Interval = time.Minute
	a.now.Store(c)
	a.refused.credentials = a.set.NewCounter(`labwatch_http_refused_total{reason="credentials"}`)
	a.refused.operator = a.set.NewCounter(`labwatch_http_refused_total{reason="operator"}`)
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

// Warnings says what an operator should know of files that hold no mistake.
func (a *Access) Warnings() (list []string) {
	for _, name := range a.now.Load().strangers() {
		list = append(list, fmt.Sprintf("http.operators: %q has no token in http.token_file: nobody of that name is let in", name))
	}
	return list
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

// TLS is nil when there is none.
func (a *Access) TLS() *tls.Config {
	if a.now.Load().tls == nil {
		return nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return a.credentials().tls, nil
	}}
}
