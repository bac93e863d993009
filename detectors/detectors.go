// Package detectors turns numbers into scores. It knows neither Kafka nor Badger nor records:
// a detector sees samples of one series (one device and analyte or channel) or of one group of devices,
// and says how far the newest one is from what it has learned.
//
// The contract, checked for every built-in by one battery of tests:
//   - Score changes nothing that a later Score, Learn or MarshalBinary could see.
//   - A score comes with ready. False means "cannot say yet" and is not the same as a score of 0.
//   - Higher is worse.
//   - The same samples and the same generator give the same scores, bit for bit, also when the
//     detector is marshalled, dropped and restored between any two samples.
package detectors

import (
	"encoding"
	"math/rand/v2"
)

// Sample is one observation.
type Sample struct {
	// At is the time of the observation in nanoseconds since 1970 UTC.
	At int64
	// Values holds one finite number for a series, or one number a channel, in a fixed order, for a group.
	Values []float64
	// Suspect says that a rule or a detector has already judged this sample abnormal. A suspect sample may
	// enter the current window, so that a lasting shift is seen, but never what counts as normal.
	Suspect bool
}

// Value is the number of a one-dimensional sample.
func (s Sample) Value() float64 { return s.Values[0] }

// A Detector scores and learns the samples of one series or group. It is used by one goroutine.
type Detector interface {
	// Score says how abnormal s is. It is called before Learn and changes nothing.
	Score(s Sample) (score float64, ready bool)
	// Learn takes s into account. The baseline of the series has learned s already.
	Learn(s Sample)
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// Limits are the levels, in the unit of the score, that the alert policy compares a score with.
// A score at or above Warning is a breach; at or above Critical a grave one.
type Limits struct{ Warning, Critical float64 }

// Limited is a detector that derives its levels from the run length that the user asks for.
// Every built-in is one; without it a detector is scored and published but raises no alert.
type Limited interface{ Limits() Limits }

// Moments describe a set of values.
type Moments struct {
	Mean, SD float64 // in the unit of the series
	N        int     // values; 0 when unknown
}

// Evidence is what a person needs to follow a score.
type Evidence struct {
	Statistic string  // the field's name of the score: "z", "D", "PSI", "isolation score"
	Baseline  Moments // what counts as normal
	Current   Moments // the newest values that the score speaks of
	Since     int64   // time of the oldest of the current values, nanoseconds since 1970 UTC
	Direction int     // +1 higher than the baseline, -1 lower, 0 no direction
	// Correlation is the lag-1 correlation of neighbouring readings that the baseline has found; 0 when it has
	// found none that is significant.
	Correlation float64
	// Thinned is the number of readings from one that counts to the next: Current.N readings then span
	// Current.N times Thinned. 0 when every reading counts.
	Thinned int
	// P is the probability of such a score, or a higher one, while nothing is wrong, of one look; 0 where the
	// detector knows none.
	P float64
	// Parts are the channels of a vector that made the score, in their order; empty for a single series.
	Parts []Part
}

// Part is what one channel of a vector has to do with its score.
type Part struct {
	Channel   int     // index into Sample.Values
	Share     float64 // above 0, and 1 in sum
	Direction int     // +1 above nearly all of what is normal, -1 below, 0 among it: then the combination is odd
}

// Explainer is a detector that can say what its score of s rests on. It is called when an alert is written.
type Explainer interface{ Explain(s Sample) Evidence }

// Sized is a detector that can say how much memory it holds. Every built-in is one.
type Sized interface {
	// Bytes is the memory held, in bytes; it is bounded by the parameters.
	Bytes() int
}

// Env is what a new detector is given: its own generator and the baseline of its series.
type Env struct {
	// Rand is seeded from (seed, series, detector) and belongs to the detector, which marshals it.
	Rand *rand.PCG
	// Baseline is shared by the detectors of a series, owned by the engine, and nil for a group.
	// The engine lets it learn a sample before the detectors do.
	Baseline *Baseline
}

// Maker makes a detector for one series or group. All detectors of a Maker have the same parameters.
type Maker func(Env) Detector

// Plugin reads a detector's parameters through decode, which fills the struct it is handed strictly,
// refuses nonsense with an error for each mistake, and returns a Maker.
type Plugin func(decode func(any) error) (Maker, error)
