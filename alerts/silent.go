package alerts

import (
	"fmt"
	"math"
	"time"

	"labwatch/record"
)

// Silent raises an alert for a device as a whole that has stopped speaking. Time comes from the ticks in the log,
// never from a clock here.
type Silent struct {
	Enabled bool `yaml:"enabled"` // default true
	// After is the silence that opens the alert. Default 10 min.
	After time.Duration `yaml:"after"`
	// Kinds are the kinds of readings whose senders are expected to go on. Default telemetry only: an analyser
	// that has no samples at night is not broken.
	Kinds []string `yaml:"kinds"`
	// MinRecords is how many readings of these kinds a device must have sent to be expected. Default 3, so that a
	// mistyped name met once is not mourned.
	MinRecords int `yaml:"min_records"`
	// Policy opens at once and resolves with the next reading. Default severity warning, said again every 4 h.
	Policy Policy `yaml:",inline"`
}

// DefaultSilent is on for telemetry.
func DefaultSilent() Silent {
	return Silent{Enabled: true, After: 10 * time.Minute, Kinds: []string{record.Telemetry.String()}, MinRecords: 3,
		Policy: Policy{OpenAfter: 1, ResolveAfter: 1, ResolveRatio: 1, UpdateEvery: 4 * time.Hour, Severity: Warning}}
}

// Watches says whether readings of kind k count.
func (s *Silent) Watches(k record.Kind) bool { return hasKind(s.Kinds, k) }

// Observe judges the silence between a device's last reading and now, both in nanoseconds since 1970 UTC, when it
// has sent n readings so far. On a reading call it with last equal to now, on a tick with the tick's time.
func (s *Silent) Observe(last, now int64, n int) Observation {
	silence := elapsed(last, max(now, last)) // a tick may lag behind its device
	o := judged(now, silence >= s.After, silence.Seconds(), math.NaN(), 0)
	o.Ready = n >= s.MinRecords
	return o
}

// Explain is the evidence for a message about the silence that began at last and lasted, or ended, at now. Score
// and Threshold are seconds. For a Resolved hand in the reading before the one that ended it, so that the message
// can say how long it was.
func (s *Silent) Explain(last, now int64) Evidence {
	e := NewEvidence(StatSilence)
	e.Score = elapsed(last, max(now, last)).Seconds()
	e.Threshold = s.After.Seconds()
	e.Since = last
	return e
}

// Validate returns every mistake with its path.
func (s *Silent) Validate(path string) []error {
	errs := s.Policy.Validate(path)
	if s.After <= 0 {
		errs = append(errs, fmt.Errorf("%s.after: %v is not positive", path, s.After))
	}
	if s.MinRecords < 1 {
		errs = append(errs, fmt.Errorf("%s.min_records: %d is less than 1", path, s.MinRecords))
	}
	if s.Enabled && len(s.Kinds) == 0 {
		errs = append(errs, fmt.Errorf("%s.kinds: none is given; set enabled to false instead", path))
	}
	return append(errs, validateKinds(path+".kinds", s.Kinds)...)
}
