package alerts

import (
	"fmt"
	"math"

	"labwatch/record"
)

// QCFailed raises an alert for a control series whose newest control failed: the instrument said so, or it lies
// more than 3 SD from the value the lab expects (Westgard's rule 1-3s, strictly beyond; 0.27 % of good controls).
type QCFailed struct {
	Enabled bool `yaml:"enabled"` // default true
	// SDLimit is the distance from the expected value, in the lab's SD, beyond which a control fails. Default 3.
	SDLimit float64 `yaml:"sd_limit"`
	// Policy opens at once and resolves with the next control that passes. Default severity warning, and every
	// further failure is said: rejections are not batched.
	Policy Policy `yaml:",inline"`
}

// DefaultQCFailed is on.
func DefaultQCFailed() QCFailed {
	return QCFailed{Enabled: true, SDLimit: 3,
		Policy: Policy{OpenAfter: 1, ResolveAfter: 1, ResolveRatio: 1, UpdateEvery: 0, Severity: Warning}}
}

// roundOff is the relative error that decimal figures pick up as binary fractions and through a change of unit.
// Figures of a lab have far fewer than the 12 digits that it leaves.
const roundOff = 1e-12

// Observe judges a control. It is not ready when the record is no control, was withdrawn, or says neither whether
// it passed nor enough to compute it; (53.0-47.0)/2.0 is not beyond 3. A bound fails when all that it allows is beyond.
func (q *QCFailed) Observe(r *record.Record) Observation {
	if r.Kind != record.Control || r.Flags.Has(record.Withdrawn) {
		return Observation{At: r.Time}
	}
	value, z, beyond := q.distance(r)
	if r.Passed == record.NotSaid && math.IsNaN(z) {
		return Observation{At: r.Time}
	}
	failed := beyond || r.Passed == record.No
	score := math.Abs(z)
	if math.IsNaN(z) {
		score = 0 // only the instrument's word
	}
	o := judged(r.Time, failed, score, value, Side(z))
	o.Again = r.Flags.Has(record.Correction)
	return o
}

// Explain is the evidence for a message about r: z when the lab gave what it takes, the lab's own mean and SD.
func (q *QCFailed) Explain(r *record.Record) Evidence {
	value, z, _ := q.distance(r)
	e := NewEvidence(StatZ)
	e.Score, e.Threshold, e.Direction = math.Abs(z), q.SDLimit, Side(z)
	e.Value = value
	if r.Value.Kind == record.Bound && !math.IsNaN(value) {
		e.Comparator = r.Value.Comparator
	}
	e.BaselineMean, e.BaselineSD = r.Expected, r.TargetSD
	return e
}

// distance is the control's value, its distance from the expected value in the lab's SD, NaN when not known, and whether
// that is beyond the limit. Of a bound it is that of the nearest value that it allows, and known only when that is beyond.
func (q *QCFailed) distance(r *record.Record) (value, z float64, beyond bool) {
	value, z = math.NaN(), math.NaN()
	if r.Value.Kind != record.Number && r.Value.Kind != record.Bound || r.Flags.Has(record.ErrorCode) {
		return value, z, false
	}
	value = r.Value.Number
	near, side := nearest(r.Value)
	if !(r.TargetSD > 0) || side != 0 && Side(near-r.Expected) != side {
		return value, z, false
	}
	reach := float64(q.SDLimit * r.TargetSD)
	slack := roundOff * (math.Abs(value) + math.Abs(r.Expected) + reach)
	if near != value { // ">106" is beyond 106 itself
		slack = -slack
	}
	beyond = math.Abs(near-r.Expected) > reach+slack
	if side == 0 || beyond {
		z = (near - r.Expected) / r.TargetSD
	}
	return value, z, beyond
}

// Side is the direction of an observation that lies x from what was expected: the sign of x, 0 for zero and NaN.
func Side(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// Validate returns every mistake with its path.
func (q *QCFailed) Validate(path string) []error {
	errs := q.Policy.Validate(path)
	if !(q.SDLimit > 0) || math.IsInf(q.SDLimit, 0) {
		errs = append(errs, fmt.Errorf("%s.sd_limit: %v is not positive", path, q.SDLimit))
	}
	return errs
}
