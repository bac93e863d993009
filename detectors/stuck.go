package detectors

import (
	"encoding/binary"
	"fmt"
	"math"
)

// StuckConfig are the parameters of "stuck".
type StuckConfig struct {
	// ARL0 is the mean number of readings to a false alarm. 0 (default): what is asked for, until then 1e5.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels in equal readings in a row; 0 (default) derives them from ARL0.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultStuck returns the defaults.
func DefaultStuck() StuckConfig { return StuckConfig{} }

// Validate returns one error for each mistake, each led by the field's name.
func (c StuckConfig) Validate() []error { return checkLevels(c.ARL0, c.Warning, c.Critical) }

// stuck counts equal readings in a row: a flat line. The score is their number, the newest included.
//
// For: a sensor that hangs, or a gateway that repeats its last value. It needs an anchored baseline, which
// says how often readings repeat without a fault, and is not ready on a constant one. It fails on a sensor
// whose last digit still flickers: a shrunken spread is what psi is for. Use it for telemetry; results of
// patients and controls do not hang.
//
// Limit: the run that chance makes with probability 1/ARL0 when a reading repeats the one before with
// probability p, 1 + ln(ARL0)/ln(1/p), where p is the reference's share of ties or of its commonest value;
// half as long again as the longest run in the reference; at least 8. Critical is 1.5 times warning.
//
// Cost: a comparison; 150 bytes.
type stuck struct {
	cfg StuckConfig
	promise
	baseline *Baseline
	resets   uint32
	value    float64 // the newest
	run      uint32  // how often in a row; 0 before the first
	since    int64   // time of the first of them
	last     int64   // time of the newest

	limitOf stuckLimitOf
	limit   float64
}

// stuckLimitOf is what the limit was computed for; a cache, not state.
type stuckLimitOf struct {
	runs runs
	arl0 float64
}

const (
	leastRun = 8       // equal readings that may always be chance
	mostRun  = 1 << 20 // where counting ends
)

func newStuck(decode func(any) error) (Maker, error) {
	c := DefaultStuck()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	return func(e Env) Detector {
		return &stuck{cfg: c, promise: promised(c.ARL0, defaultARL0, c.Warning), baseline: e.Baseline}
	}, nil
}

// after is the run, and its begin, once s has been seen.
func (d *stuck) after(s Sample) (run uint32, since int64) {
	if d.run == 0 || d.value != s.Value() || d.resets != d.baseline.Resets() {
		return 1, s.At
	}
	return min(d.run+1, mostRun), d.since
}

func (d *stuck) Score(s Sample) (float64, bool) {
	if _, ok := d.baseline.Moments(); !ok || d.baseline.Reference() == nil || !finite(s.Value()) {
		return 0, false
	}
	run, _ := d.after(s)
	return float64(run), true
}

func (d *stuck) Learn(s Sample) {
	if !finite(s.Value()) {
		return
	}
	d.run, d.since = d.after(s)
	d.value, d.last, d.resets = s.Value(), s.At, d.baseline.Resets()
}

// Limits are in equal readings in a row.
func (d *stuck) Limits() Limits {
	limit := float64(leastRun)
	if d.baseline.Reference() != nil {
		r := d.baseline.runs
		if of := (stuckLimitOf{r, d.arl0()}); of != d.limitOf {
			byChance := 1 + math.Log(of.arl0)/-math.Log(r.again())
			d.limitOf, d.limit = of, math.Ceil(math.Max(limit, math.Max(byChance, halfAgain(float64(r.longest)))))
		}
		limit = d.limit
	}
	return levels(limit, d.cfg.Warning, d.cfg.Critical, halfAgain)
}

func (d *stuck) Explain(s Sample) Evidence {
	m, _ := d.baseline.Moments()
	run, since := d.after(s)
	if d.run > 0 && d.value == s.Value() && d.last == s.At { // learned already
		run, since = d.run, d.since
	}
	return d.baseline.spaced(Evidence{Statistic: "equal readings", Baseline: m,
		Current: Moments{Mean: s.Value(), N: int(run)}, Since: since})
}

// Direction is that there is no scatter.
func (d *stuck) Direction(Sample) Direction { return Narrower }

// Bytes is the memory held, in bytes.
func (d *stuck) Bytes() int { return 120 }

const stuckVersion = 1

func (d *stuck) MarshalBinary() ([]byte, error) {
	b := binary.AppendUvarint(appendResets([]byte{stuckVersion}, d.resets), uint64(d.run))
	return appendTimes(appendFloats(b, []float64{d.value}), []int64{d.since, d.last}), nil
}

func (d *stuck) UnmarshalBinary(data []byte) error {
	r := newReader(data, stuckVersion)
	n := *d
	n.resets = r.resets()
	run := r.uvarint()
	if run > mostRun {
		r.fail(fmt.Errorf("a run of %d readings", run))
	}
	vals, at := r.floats(nil, 1), r.times(nil, 2)
	if r.err == nil && (len(vals) != 1 || len(at) != 2) {
		r.fail(errTruncated)
	}
	if err := r.done("stuck"); err != nil {
		return err
	}
	n.run, n.value, n.since = uint32(run), vals[0], at[0]
	n.last = at[1]
	*d = n
	return nil
}
