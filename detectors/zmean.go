package detectors

import (
	"fmt"
	"math"
)

// ZMeanConfig are the parameters of "zmean".
type ZMeanConfig struct {
	// Window is W, the number of newest values that are averaged. Default 24, 6 to 96.
	Window int `yaml:"window"`
	// ARL0 is the mean number of readings to a false alarm. 0 (default): what is asked for, until then 1e6.
	ARL0 float64 `yaml:"arl0"`
	// Warning and Critical fix the levels in standard errors; 0 (default) derives them from ARL0.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultZMean returns the defaults.
func DefaultZMean() ZMeanConfig { return ZMeanConfig{Window: 24} }

// Validate returns one error for each mistake, each led by the field's name.
func (c ZMeanConfig) Validate() []error {
	errs := checkLevels(c.ARL0, c.Warning, c.Critical)
	if c.Window < 6 || c.Window > 96 {
		errs = append(errs, fmt.Errorf("window: %d values, want 6 to 96, the range of the run-length table", c.Window))
	}
	return errs
}

// zmean compares the mean of the newest W readings that count with the baseline, on normal scores of their
// ranks: |mean score| √W, in standard errors. On a normal series that is the z of the mean. Ranks make its
// run length the same on any distribution, and a wild value counts no more than the largest known.
//
// For: calibration bias and drift of half an SD to two SD. It does not see a change of spread. On a
// correlated series it takes every stride-th reading, see spacing, and is late by that factor. While the
// baseline is warming up the window is part of it and the statistic is damped, and correlation widens the
// limit: it may be late then, but not early.
//
// Limit: the window overlaps itself from record to record, so no p-value applies; the level comes from a
// simulated run-length table for a baseline of 500, widened for fewer values. Critical is 1.5 times warning.
//
// Cost: a search and a normal quantile, no allocation; 16 bytes a value of the window, 20 when they have many decimals.
// Source: van der Waerden's scores (1952); control charts on them: Chakraborti & Graham, Nonparametric Statistical Process
// Control (2019).
type zmean struct {
	cfg ZMeanConfig
	promise
	baseline *Baseline
	scored
	root float64 // √W

	limitOf limitOf
	limit   float64
}

func newZMean(decode func(any) error) (Maker, error) {
	c := DefaultZMean()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	return func(e Env) Detector {
		return &zmean{cfg: c, promise: promised(c.ARL0, windowARL0, c.Warning), baseline: e.Baseline, scored: newScored(c.Window), root: math.Sqrt(float64(c.Window))}
	}, nil
}

func (d *zmean) Score(s Sample) (float64, bool) {
	shift, ok := d.shift(s, false)
	return math.Abs(shift), ok
}

// shift is the signed statistic of the window that s completes, in standard errors.
func (d *zmean) shift(s Sample, seen bool) (float64, bool) {
	if !d.win.filled() || !d.knows(s, d.baseline) {
		return 0, false
	}
	return float64(d.total(s, d.baseline, seen)) / scoreUnit / d.root, true
}

func (d *zmean) Learn(s Sample) { d.learn(s, d.baseline) }

// Limits are in standard errors of a window mean.
func (d *zmean) Limits() Limits {
	of := limitOf{n: d.baseline.worth(), left: d.baseline.left(), arl0: d.thinned(d.baseline)}
	if of.n == 0 {
		of.n = DefaultBaseline().MinN
	}
	if of != d.limitOf {
		d.limitOf, d.limit = of, zmeanLimit(of.n, d.cfg.Window, of.arl0)*math.Sqrt(inflation(of.left))
	}
	return levels(d.limit, d.cfg.Warning, d.cfg.Critical, halfAgain)
}

// zmeanLimit is the level for a baseline of n independent values. The table is for 500. For another n its square is
// scaled by the variance of the difference of the two means, 1+W/n, as far as that is felt.
func zmeanLimit(n, w int, arl0 float64) float64 {
	return math.Sqrt(zmeanTable.at(float64(w), arl0) * widening(n, tabledSize, w, arl0))
}

func (d *zmean) Explain(s Sample) Evidence {
	m, _ := d.baseline.Moments()
	now, since := d.win.with(s)
	shift, ok := d.shift(s, true)
	if !ok {
		shift = now.Mean - m.Mean
	}
	return d.baseline.spaced(Evidence{Statistic: "z of the window mean", Baseline: m, Current: now, Since: since,
		Direction: direction(shift)})
}

// Direction is the side of the window's mean.
func (d *zmean) Direction(s Sample) Direction {
	shift, _ := d.shift(s, false)
	return side(shift)
}

// Bytes is the memory held, in bytes.
func (d *zmean) Bytes() int { return d.scored.bytes() + 160 }

const zmeanVersion = 2

func (d *zmean) MarshalBinary() ([]byte, error) { return d.append([]byte{zmeanVersion}), nil }

func (d *zmean) UnmarshalBinary(data []byte) error { return d.unmarshal(data, zmeanVersion, "zmean") }
