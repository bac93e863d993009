package detectors

import (
	"fmt"
	"math"
)

// IForestConfig are the parameters of "iforest".
type IForestConfig struct {
	// Trees is the number of isolation trees. Default 100, 10 to 1000.
	Trees int `yaml:"trees"`
	// Sample is psi, the number of vectors that a tree is grown from. Default 256, 16 to 4096.
	Sample int `yaml:"sample"`
	// Window is the number of newest normal vectors that samples are drawn from. Default 2048, sample to 65535.
	Window int `yaml:"window"`
	// Every is the number of learned vectors after which one tree is grown anew. Default 20, 1 to 10000.
	Every int `yaml:"every"`
	// MinN is the number of learned vectors before a score counts. Default 256, 64 to window.
	MinN int `yaml:"min_n"`
	// Calibration is the number of newest scores that the alarm level rests on. Default 1024, at least
	// 1/alpha - 1, at most 65536.
	Calibration int `yaml:"calibration"`
	// Alpha is the share of normal vectors that may be called abnormal, up to 0.1. 0 (default): what the alarm budget asks
	// for, until then 1e-3, and never less than calibration can tell apart, 1/(calibration+1).
	Alpha float64 `yaml:"alpha"`
	// Warning and Critical fix the levels, 0 to 1; 0 (default) derives them from Alpha.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultIForest returns the defaults; trees and sample are those of the paper.
func DefaultIForest() IForestConfig {
	return IForestConfig{Trees: 100, Sample: 256, Window: 2048, Every: 20, MinN: 256, Calibration: 1024}
}

// Validate returns one error for each mistake, each led by the field's name.
func (c IForestConfig) Validate() []error {
	errs := checkFixed(c.Warning, c.Critical)
	between := func(name string, v, lo, hi int) {
		if v < lo || v > hi {
			errs = append(errs, fmt.Errorf("%s: %d, want %d to %d", name, v, lo, hi))
		}
	}
	between("trees", c.Trees, 10, 1000)
	between("sample", c.Sample, 16, maxSample)
	between("window", c.Window, c.Sample, maxList-1)
	between("every", c.Every, 1, 10_000)
	between("min_n", c.MinN, firstTree, c.Window)
	if !(c.Alpha >= 0 && c.Alpha <= mostAlpha) {
		return append(errs, fmt.Errorf("alpha: %g, want up to %g, or 0 for the budget", c.Alpha, mostAlpha))
	}
	if c.Alpha == 0 {
		between("calibration", c.Calibration, 100, maxList)
	} else if c.Calibration > maxList || float64(c.Calibration+1)*c.Alpha < 1-1e-9 {
		errs = append(errs, fmt.Errorf("calibration: %d scores, want at least 1/alpha - 1 = %g and at most %d",
			c.Calibration, 1/c.Alpha-1, maxList))
	}
	return errs
}

const (
	usualAlpha = 1e-3
	mostAlpha  = 0.1
)

// alpha is what the level begins with.
func (c IForestConfig) alpha() float64 {
	if c.Alpha > 0 {
		return c.Alpha
	}
	return math.Max(usualAlpha, c.leastAlpha())
}

// leastAlpha is the smallest share that the calibration can tell apart.
func (c IForestConfig) leastAlpha() float64 { return 1 / float64(c.Calibration+1) }
