package detectors

import (
	"errors"
	"fmt"
)

// Every detector asks for arl0, the mean number of records to a false alarm while nothing has changed, and
// derives its warning level from it. A level fixed in the config wins; it is there to compare with systems
// that use constant levels and promises no run length.

const (
	// defaultARL0 suits what the alert policy confirms with a second reading, and what is rare by itself.
	defaultARL0 = 1e5
	// windowARL0 is for tests whose first breach is an alarm. Several of them watch each series, and a laboratory has
	// hundreds of series: at 1e6 an analyser that makes 1000 results a day has one false alarm of each such detector
	// in 1000 days. It costs about a tenth more delay than 1e5.
	windowARL0 = 1e6
	minARL0    = 100
	maxARL0    = 1e8

	// graver is the ratio of critical to warning where none is set: an effect half as large again. On
	// scales that grow with the square of the effect (PSI) it is squared.
	graver = 1.5

	// maxScore keeps scores finite when a value is absurd for its baseline.
	maxScore = 1e12
)

// checkLevels returns one error for each mistake in the settings that every detector has.
func checkLevels(arl0, warning, critical float64) (errs []error) {
	if arl0 != 0 && !(arl0 >= minARL0 && arl0 <= maxARL0) {
		errs = append(errs, fmt.Errorf("arl0: %g readings, want %g to %g, or 0 for the budget", arl0, float64(minARL0), maxARL0))
	}
	return append(errs, checkFixed(warning, critical)...)
}

func checkFixed(warning, critical float64) (errs []error) {
	if !(warning >= 0) || !finite(warning) {
		errs = append(errs, fmt.Errorf("warning: %g, want a positive level, or 0 to derive it", warning))
	}
	if !(critical >= 0) || !finite(critical) {
		errs = append(errs, fmt.Errorf("critical: %g, want a positive level, or 0 to derive it", critical))
	}
	if critical > 0 && critical < warning {
		errs = append(errs, fmt.Errorf("critical: %g is below warning %g", critical, warning))
	}
	return errs
}

// levels puts the config's fixed levels, where set, in place of the derived warning level and of the
// critical level that the detector's rule makes from the warning level.
func levels(derived, warning, critical float64, grave func(float64) float64) Limits {
	if warning > 0 {
		derived = warning
	}
	if critical == 0 {
		critical = grave(derived)
	}
	return Limits{derived, max(derived, critical)}
}

// halfAgain is the critical level on a scale that grows with the effect.
func halfAgain(warning float64) float64 { return graver * warning }

// configure is the common course of a Plugin: decode strictly, then refuse nonsense.
func configure[C interface{ Validate() []error }](c *C, decode func(any) error) error {
	if err := decode(c); err != nil {
		return err
	}
	return errors.Join((*c).Validate()...)
}

// bounded keeps a score finite.
func bounded(score float64) float64 { return min(score, maxScore) }

// direction is the sign of a difference.
func direction(d float64) int {
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return 0
}
