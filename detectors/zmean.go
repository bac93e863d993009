package detectors

import (
	"fmt"
	"math"
)

// ZMeanConfig are the parameters of "zmean".
type ZMeanConfig struct {
	// Window is W, the number of newest values that are averaged. Default 24, 6 to 96.
	Window int `yaml:"window"`
	// ARL0 is the mean number of records to a false alarm. Default 1e5.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels in standard errors; 0 (default) derives them from ARL0.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultZMean returns the defaults.
func DefaultZMean() ZMeanConfig { return ZMeanConfig{Window: 24, ARL0: defaultARL0} }

// Validate returns one error for each mistake, each led by the field's name.
func (c ZMeanConfig) Validate() []error {
	errs := checkLevels(c.ARL0, c.Warning, c.Critical)
	if c.Window < 6 || c.Window > 96 {
		errs = append(errs, fmt.Errorf("window: %d values, want 6 to 96, the range of the run-length table", c.Window))
	}
	return errs
}

// winsorAt is the distance from the baseline mean, in SD, to which a value of the window is drawn in
// before averaging: one wild value can then move the mean of 24 by at most a sixth of an SD.
const winsorAt = 4

// zmean compares the mean of the newest W values with the baseline: |mean_W - mean| / (SD/√W), in
// standard errors. Values beyond 4 SD count as 4 SD, so that one wild value neither raises an alarm of its
// own nor hides a shift.
//
// For: calibration bias and drift of half an SD to two SD. It does not see a change of spread. It fails on
// autocorrelated series, whose window means scatter more than SD/√W, and is about half as long to a false
// alarm as asked for on a log-normal series with a coefficient of variation of 0.5. While the baseline is warming up the
// window is part of it and the statistic is damped: it may be late then, but not early.
//
// Limit: the window overlaps itself from record to record, so no p-value applies; the level comes from a
// simulated run-length table for a baseline of 500, widened for fewer values. Critical is 1.5 times warning.
//
// Cost: W additions, 16 bytes a value of the window, no allocation.
type zmean struct {
	cfg      ZMeanConfig
	baseline *Baseline
	win      window
	resets   uint32
	root     float64 // √W

	limitN int // n that limit was computed for; a cache, not state
	limit  float64
}

func newZMean(decode func(any) error) (Maker, error) {
	c := DefaultZMean()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	return func(e Env) Detector {
		return &zmean{cfg: c, baseline: e.Baseline, win: newWindow(c.Window), root: math.Sqrt(float64(c.Window))}
	}, nil
}

func (d *zmean) Score(s Sample) (float64, bool) {
	shift, ok := d.shift(s)
	return bounded(math.Abs(shift)), ok
}

// shift is the signed statistic of the window that s completes, in standard errors.
func (d *zmean) shift(s Sample) (float64, bool) {
	m, ok := d.baseline.Moments()
	if !ok || !finite(s.Value()) || d.win.n < d.cfg.Window-1 || d.resets != d.baseline.Resets() {
		return 0, false
	}
	sum := 0.0
	for i := d.win.n - d.cfg.Window + 1; i < d.win.n; i++ {
		sum += clampedZ(d.win.vals[d.win.index(i)], m)
	}
	sum += clampedZ(s.Value(), m)
	return sum / d.root, true
}

func clampedZ(x float64, m Moments) float64 {
	return math.Max(-winsorAt, math.Min(winsorAt, (x-m.Mean)/m.SD))
}

func (d *zmean) Learn(s Sample) {
	if !finite(s.Value()) {
		return
	}
	if r := d.baseline.Resets(); r != d.resets {
		d.resets = r
		d.win.clear()
	}
	d.win.push(s.Value(), s.At)
}

// Limits are in standard errors of a window mean.
func (d *zmean) Limits() Limits {
	m, ok := d.baseline.Moments()
	n := m.N
	if !ok {
		n = DefaultBaseline().MinN
	}
	if n != d.limitN {
		d.limitN, d.limit = n, zmeanLimit(n, d.cfg.Window, d.cfg.ARL0)
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, halfAgain)
}

// zmeanLimit is the level for a baseline of n values. The table is for 500. For another n it is scaled by
// the standard error of the difference of the two means, √(1+W/n), and by the t quantile of its SD, at the
// two-sided p whose normal quantile the tabled level is.
func zmeanLimit(n, w int, arl0 float64) float64 {
	const tabled = 500
	limit := math.Sqrt(zmeanTable.at(w, arl0))
	wide := func(n int) float64 { return math.Sqrt(1 + float64(w)/float64(n)) }
	p := 0.5 * math.Erfc(limit/wide(tabled)/math.Sqrt2)
	return limit * wide(n) / wide(tabled) * studentUpper(p, n-1) / studentUpper(p, tabled-1)
}

func (d *zmean) Explain(s Sample) Evidence {
	m, _ := d.baseline.Moments()
	now, since := d.win.with(s)
	return Evidence{Statistic: "z of the window mean", Baseline: m, Current: now, Since: since,
		Direction: direction(now.Mean - m.Mean)}
}

// Bytes is the memory held, in bytes.
func (d *zmean) Bytes() int { return 16*d.win.size() + 160 }

const zmeanVersion = 1

func (d *zmean) MarshalBinary() ([]byte, error) {
	return d.win.append(appendResets([]byte{zmeanVersion}, d.resets)), nil
}

func (d *zmean) UnmarshalBinary(data []byte) error {
	r := newReader(data, zmeanVersion)
	n := *d
	n.win = newWindow(d.cfg.Window)
	n.resets = r.resets()
	n.win.read(r)
	if err := r.done("zmean"); err != nil {
		return err
	}
	*d = n
	return nil
}
