package detectors

import "math"

// Promised is a detector whose level is derived from a run length: the mean number of readings to a false alarm
// while nothing has changed.
type Promised interface {
	// Ask asks for another run length, in readings, from now on, when it takes row breaches in a row to make an alarm.
	// It is cut to what the tables know, 100 to 1e8. What the config says, a run length to a breach or a level, stays.
	// It is no state: whoever asks asks again after a restart.
	Ask(arl0 float64, row int)
	// RunLength is the run length that the levels are for, in readings; 0 when the config fixed the levels.
	RunLength() float64
}

// Conformal is a detector whose level is a share of good samples, found by ranks among its newest scores: no distribution is
// assumed.
type Conformal interface {
	// AskAlpha asks for another share from now on. It is cut to what the calibration can tell apart, 1/(n+1) of its n
	// scores, and to 0.1. A share or a level that the config fixes stays. It is no state: whoever asks asks again after a
	// restart.
	AskAlpha(alpha float64)
	// Alpha is the share that the level is for; 0 when the config fixed it.
	Alpha() float64
	// High says whether a score is among the highest twentieth of those that are kept.
	High(score float64) bool
}

// promise is the part of a detector that is Promised.
type promise struct {
	config float64 // 0: whatever is asked
	asked  float64
	row    int
	fixed  bool
}

// promised keeps what the config says. Until somebody asks, the usual run length holds.
func promised(config, usual, warning float64) promise {
	return promise{config: config, asked: usual, row: 1, fixed: warning > 0}
}

func (p *promise) Ask(arl0 float64, row int) {
	if p.config == 0 {
		p.asked, p.row = math.Max(minARL0, math.Min(maxARL0, arl0)), row
	}
}

func (p *promise) RunLength() float64 {
	if p.fixed {
		return 0
	}
	return p.arl0()
}

func (p *promise) arl0() float64 {
	if p.config > 0 {
		return p.config
	}
	return p.asked
}

// thinned is the run length in readings that count, when only every stride-th does.
func (p *promise) thinned(b *Baseline) float64 {
	return max(leastSpaced, p.arl0()/float64(b.Stride()))
}

// leastSpaced is the shortest run length in readings that count: a tenth of the shortest one in the tables.
const leastSpaced = 10
