package alerts

import (
	"fmt"
	"time"
)

// Policy says when an alert opens, speaks again and ends. All of it is counted in observations and in the
// records' time, so that a replay says exactly what the live run said.
type Policy struct {
	// OpenAfter is how many breaches in a row open an alert. 1 suits a score whose limit already holds the
	// false-alarm rate by its run length, and rules that are true at once. Default 1; 0 counts as 1.
	OpenAfter int `yaml:"open_after"`
	// ResolveAfter is how many clear observations in a row end it. Default 5; 0 counts as 1.
	ResolveAfter int `yaml:"resolve_after"`
	// ResolveRatio times the warning level is what a score must stay under to be clear, so that a score that
	// hovers at its level does not open and resolve in turn. In (0, 1]; default 0.8; 0 counts as 1. It does
	// nothing for a level at or below zero, which no built-in score has.
	ResolveRatio float64 `yaml:"resolve_ratio"`
	// UpdateEvery is the least time between two messages of an open alert that only gets older.
	// An escalation never waits for it. Default 15 min, the usual batch for warnings; 0 says every breach.
	UpdateEvery time.Duration `yaml:"update_every"`
	// Severity is the highest severity that alerts may take. Default critical; none counts as critical.
	Severity Severity `yaml:"severity"`
}

// DefaultPolicy suits a window test whose limits were set by run length.
func DefaultPolicy() Policy {
	return Policy{OpenAfter: 1, ResolveAfter: 5, ResolveRatio: 0.8, UpdateEvery: 15 * time.Minute, Severity: Critical}
}

// MaxRow bounds OpenAfter and ResolveAfter: a longer row is a mistyped figure, not a policy.
const MaxRow = 100_000

// Validate returns every mistake, each with its field's path below path.
func (p Policy) Validate(path string) []error {
	var errs []error
	if p.OpenAfter < 1 || p.OpenAfter > MaxRow {
		errs = append(errs, fmt.Errorf("%s.open_after: %d is not between 1 and %d", path, p.OpenAfter, MaxRow))
	}
	if p.ResolveAfter < 1 || p.ResolveAfter > MaxRow {
		errs = append(errs, fmt.Errorf("%s.resolve_after: %d is not between 1 and %d", path, p.ResolveAfter, MaxRow))
	}
	if !(p.ResolveRatio > 0 && p.ResolveRatio <= 1) {
		errs = append(errs, fmt.Errorf("%s.resolve_ratio: %v is not above 0 and at most 1", path, p.ResolveRatio))
	}
	if p.UpdateEvery < 0 {
		errs = append(errs, fmt.Errorf("%s.update_every: %v is negative", path, p.UpdateEvery))
	}
	if p.Severity < Info || p.Severity > Critical {
		errs = append(errs, fmt.Errorf("%s.severity: must be info, warning or critical", path))
	}
	return errs
}

// or fills what p leaves at zero from d.
func (p Policy) or(d Policy) Policy {
	if p.OpenAfter == 0 {
		p.OpenAfter = d.OpenAfter
	}
	if p.ResolveAfter == 0 {
		p.ResolveAfter = d.ResolveAfter
	}
	if p.ResolveRatio == 0 {
		p.ResolveRatio = d.ResolveRatio
	}
	if p.UpdateEvery == 0 {
		p.UpdateEvery = d.UpdateEvery
	}
	if p.Severity == 0 {
		p.Severity = d.Severity
	}
	return p
}
