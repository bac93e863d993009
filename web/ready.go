package web

import (
	"net/http"
	"slices"
	"sync"
)

// Readiness collects named checks. It is ready when there are checks and all hold.
type Readiness struct {
	mu     sync.Mutex
	checks []check
}

type check struct {
	name  string
	ready func() (ok bool, reason string)
}

// Check adds a check. ready is asked at each request, from several goroutines, and must not block; the reason says
// in a few words what is waited for, and may be empty when ok.
func (r *Readiness) Check(name string, ready func() (ok bool, reason string)) {
	r.mu.Lock()
	r.checks = append(r.checks, check{name, ready})
	r.mu.Unlock()
}

// CheckResult is what one check said.
type CheckResult struct {
	Name   string `json:"name"`
	Ready  bool   `json:"ready"`
	Reason string `json:"reason,omitzero"`
}

// Ready asks all checks, in the order in which they were added.
func (r *Readiness) Ready() (ready bool, results []CheckResult) {
	r.mu.Lock()
	checks := slices.Clone(r.checks)
	r.mu.Unlock()
	if len(checks) == 0 {
		return false, []CheckResult{{Name: "start", Reason: "starting"}}
	}
	ready = true
	for _, c := range checks {
		ok, reason := c.ready()
		ready = ready && ok
		results = append(results, CheckResult{c.name, ok, reason})
	}
	return ready, results
}

// ServeHTTP answers 200 or 503, with the reasons.
func (r *Readiness) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	ready, results := r.Ready()
	status := http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, struct {
		Ready  bool          `json:"ready"`
		Checks []CheckResult `json:"checks"`
	}{ready, results})
}
