package alerts

import (
	"math"
	"time"

	"labwatch/record"
)

// ErrorCode raises an alert for a device and series when the device sends a machine's error code, such as -999,
// in place of a number. Its readings teach no detector, so without this rule a broken probe would be silence.
type ErrorCode struct {
	Enabled bool `yaml:"enabled"` // default true
	// Policy opens at the first code and resolves after 3 good values in a row. Default severity warning.
	Policy Policy `yaml:",inline"`
}

// DefaultErrorCode is on.
func DefaultErrorCode() ErrorCode {
	return ErrorCode{Enabled: true, Policy: Policy{OpenAfter: 1, ResolveAfter: 3, ResolveRatio: 1,
		UpdateEvery: 15 * time.Minute, Severity: Warning}}
}

// Observe judges a value or channel by its flags. A value that is missing for another reason, which is NaN, is
// neither bad nor good.
func (ErrorCode) Observe(at int64, value float64, flags record.Flag) Observation {
	if flags.Has(record.ErrorCode) {
		return judged(at, true, 1, value, 0)
	}
	o := judged(at, false, 0, value, 0)
	o.Ready = !math.IsNaN(value)
	return o
}

// Explain is the evidence for a message about a value.
func (ErrorCode) Explain(value float64) Evidence {
	e := NewEvidence(StatValue)
	e.Score, e.Value = value, value
	return e
}

// Validate returns every mistake with its path.
func (r ErrorCode) Validate(path string) []error { return r.Policy.Validate(path) }
