package detectors

import "fmt"

// Modes of a baseline.
const (
	Rolling = "rolling" // the reference follows the newest accepted values, block by block
	Frozen  = "frozen"  // the first reference stays until Reset
)

const (
	minReference, maxReference = 100, 5000 // range of Size
	longestBlock               = maxReference + maxReference/8
)

// BaselineConfig says how much a series must show before it counts as known.
type BaselineConfig struct {
	// Size is M, the number of accepted values that make a reference. Default 500, 100 to 5000.
	Size int `yaml:"size"`
	// MinN is the number of accepted values from which mean and SD are given.
	// Default 20, the number of results that CLSI C24-Ed4 asks for to set up a control chart; 5 to Size.
	MinN int `yaml:"min_n"`
	// Mode is Rolling (default) or Frozen.
	Mode string `yaml:"mode"`
}

// DefaultBaseline returns the defaults.
func DefaultBaseline() BaselineConfig { return BaselineConfig{Size: 500, MinN: 20, Mode: Rolling} }

// Validate returns one error for each mistake, each led by the field's name.
func (c BaselineConfig) Validate() (errs []error) {
	if c.Size < minReference || c.Size > maxReference {
		errs = append(errs, fmt.Errorf("size: %d values, want %d to %d", c.Size, minReference, maxReference))
	}
	if c.MinN < 5 || c.MinN > c.Size {
		errs = append(errs, fmt.Errorf("min_n: %d values, want 5 to size (%d)", c.MinN, c.Size))
	}
	if c.Mode != Rolling && c.Mode != Frozen {
		errs = append(errs, fmt.Errorf("mode: %q, want %q or %q", c.Mode, Rolling, Frozen))
	}
	return errs
}
