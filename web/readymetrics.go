package web

import (
	"fmt"
	"io"
)

// ReadyMetrics writes what /readyz says, so that a Prometheus which asks only for /metrics can alert on it.
type ReadyMetrics struct{ Readiness *Readiness }

var _ Exposer = ReadyMetrics{}

// WritePrometheus implements Exposer.
func (m ReadyMetrics) WritePrometheus(w io.Writer) {
	_, results := m.Readiness.Ready()
	for _, r := range results {
		value := 0
		if r.Ready {
			value = 1
		}
		fmt.Fprintf(w, "labwatch_ready{check=\"%s\"} %d\n", Label(r.Name), value)
	}
}

// Help is one line for each family.
func (ReadyMetrics) Help() map[string]string {
	return map[string]string{"labwatch_ready": "1 when a check of /readyz holds, 0 when it does not; /readyz has the reason."}
}
