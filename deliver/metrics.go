package deliver

import (
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Why a try failed, as a metric label.
const (
	reasonUnreachable = "unreachable" // no answer, or one that asks to try again
	reasonRefused     = "refused"     // understood and not wanted
	reasonUnreadable  = "unreadable"  // no alert of ours
)

// Stats are the counters of one sink.
type Stats struct {
	set               *metrics.Set
	sent, undelivered *metrics.Counter
	failures          map[string]*metrics.Counter
	up                *metrics.Gauge
	waiting           atomic.Int64 // when the message that is being tried was published; 0: none
}

// NewStats is for the sink of that name, which is checked by Config.Validate.
func NewStats(sink string) *Stats {
	s := &Stats{set: metrics.NewSet(), failures: map[string]*metrics.Counter{}}
	label := `{sink="` + sink + `"}`
	s.sent = s.set.NewCounter("labwatch_delivery_sent_total" + label)
	s.undelivered = s.set.NewCounter("labwatch_delivery_undelivered_total" + label)
	for _, reason := range []string{reasonUnreachable, reasonRefused, reasonUnreadable} {
		s.failures[reason] = s.set.NewCounter(`labwatch_delivery_failures_total{sink="` + sink + `",reason="` + reason + `"}`)
	}
	s.up = s.set.NewGauge("labwatch_delivery_up"+label, nil)
	s.up.Set(1)
	s.set.NewGauge("labwatch_delivery_waiting_seconds"+label, func() float64 {
		if at := s.waiting.Load(); at != 0 {
			return max(0, time.Since(time.Unix(0, at)).Seconds())
		}
		return 0
	})
	return s
}

func (s *Stats) failed(reason string)  { s.failures[reason].Inc() }
func (s *Stats) waitingSince(at int64) { s.waiting.Store(at) }

// Set is what an exposition registers.
func (s *Stats) Set() *metrics.Set { return s.set }

// Help is one line for each family of this room.
func Help() map[string]string {
	return map[string]string{
		"labwatch_delivery_sent_total":        "Alerts that a sink has taken.",
		"labwatch_delivery_failures_total":    "Tries that failed, by sink and reason.",
		"labwatch_delivery_undelivered_total": "Alerts set aside because a sink refused them or was down for too long.",
		"labwatch_delivery_up":                "1 when the last try of a sink worked.",
		"labwatch_delivery_waiting_seconds":   "Age of the alert that a sink is being tried with; 0: none waits.",
	}
}
