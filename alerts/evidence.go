package alerts

import "math"

// The statistics of the plain rules. A detector names its own.
const (
	StatValue   = "value"
	StatZ       = "z"
	StatSilence = "silence" // seconds
	// StatReset is no measure: the alert ended because its series is learned anew after a calibration or a new lot.
	StatReset = "reset"
	// StatAccepted is no measure: the alert ended because somebody said that what it speaks of is normal.
	StatAccepted = "accepted"
	// StatOutlasted is no measure: the alert ended because a sensor stood where it is for so long that this is taken
	// for its new normal.
	StatOutlasted = "outlasted"
	// StatRolledBack is no measure: the alert ended because its series holds for normal again what it did before it was
	// last learned anew.
	StatRolledBack = "rolled_back"
	// StatAcknowledged is no measure: somebody looks after the alert.
	StatAcknowledged = "acknowledged"
	// StatRetired is no measure: the alert ended because its device was retired, or not heard for very long.
	StatRetired = "retired"
)

// NewEvidence is evidence of a statistic of which nothing else is known yet: all its numbers are NaN.
func NewEvidence(statistic string) Evidence {
	nan := math.NaN()
	return Evidence{
		Statistic: statistic,
		Score:     nan, Threshold: nan, Peak: nan,
		BaselineMean: nan, BaselineSD: nan, CurrentMean: nan, CurrentSD: nan,
		Value: nan, Low: nan, High: nan,
	}
}

// judged is the observation of a rule that decides by itself. The score only ranks: the worst one is the peak.
// A breach asks for the highest severity, which the rule's policy cuts to its own.
func judged(at int64, breach bool, score, value float64, direction int) Observation {
	level := math.Inf(1)
	if breach {
		level = score
	}
	return Observation{At: at, Ready: true, Score: score, Warning: math.NaN(), Critical: level, Value: value, Direction: direction}
}
