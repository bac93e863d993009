package alerts

import (
	"math"

	"labwatch/record"
)

// CriticalValue raises an alert of its own for every result beyond a critical limit: life may hang on it, so it is
// never batched, never held back, and not a state of the device.
//
// It is an event alert: keep one State for each critical result (not for the series), under its result id, or
// under its origin when it has none. The first message says Opened, and nothing resolves it by itself. A
// correction that is critical again says Updated, and one that is not, or a withdrawal, says Resolved; both carry
// the same ID. A State that is no longer kept costs only that: a later correction then opens its own alert, or
// says nothing. Subject is the result id, never the patient.
type CriticalValue struct {
	// Enabled is true by default. The critical limits themselves are the standardizer's, off until switched on.
	Enabled bool `yaml:"enabled"`
}

// DefaultCriticalValue is on.
func DefaultCriticalValue() CriticalValue { return CriticalValue{Enabled: true} }

// Policy cannot be configured: it says everything at once.
func (CriticalValue) Policy() Policy {
	return Policy{OpenAfter: 1, ResolveAfter: 1, ResolveRatio: 1, UpdateEvery: 0, Severity: Critical}
}

// Observe judges a result by its flags. Other kinds are never ready.
func (CriticalValue) Observe(r *record.Record) Observation {
	if r.Kind != record.Result {
		return Observation{At: r.Time}
	}
	direction := criticalSide(r)
	breach := direction != 0 && !r.Flags.Has(record.Withdrawn|record.ErrorCode)
	return judged(r.Time, breach, math.Abs(float64(direction)), number(r), direction)
}

// Explain is the evidence for a message about r. The limits are not known here.
func (CriticalValue) Explain(r *record.Record) Evidence {
	e := NewEvidence(StatValue)
	e.Value = number(r)
	e.Score, e.Direction = e.Value, criticalSide(r)
	if r.Value.Kind == record.Bound {
		e.Comparator = r.Value.Comparator
	}
	return e
}

// criticalSide is +1 above the upper critical limit, -1 below the lower, else 0.
func criticalSide(r *record.Record) int {
	switch {
	case r.Flags.Has(record.CriticalHigh):
		return 1
	case r.Flags.Has(record.CriticalLow):
		return -1
	}
	return 0
}

// number is the number of a value that may be shown as one, with its comparator; else NaN.
func number(r *record.Record) float64 {
	if r.Flags.Has(record.Withdrawn) || r.Value.Kind != record.Number && r.Value.Kind != record.Bound {
		return math.NaN()
	}
	return r.Value.Number
}
