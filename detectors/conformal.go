package detectors

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A conformal turns scores without a known distribution into p-values and an alarm level: a new score s has
// the p-value (1 + #{calibration scores >= s}) / (n+1), valid whatever the distribution as long as the new
// score is exchangeable with the n kept ones (Vovk, Gammerman & Shafer 2005; Laxhammar & Falkman 2010 for
// alarms). Fewer than 1/alpha-1 scores can promise no p of alpha; until then the level is +Inf, which no
// score reaches.
//
// That p-value errs on the safe side where scores are tied, which in coarse data they are. The level is
// therefore drawn anew for each score, so that the smoothed p-value (#{> s} + u (1 + #{= s})) / (n+1), u uniform, is
// at most alpha exactly for the scores that reach it. Then the share of alarms is alpha, ties or not.
//
// Scores of suspect samples need care. Leaving them out cuts the top off the calibration: the level sinks,
// more samples become suspect, and so on. Taking all in lets an episode of faults raise the level out of
// reach. False alarms are rare and scattered, faults come in a row; so suspect scores are taken in up to five
// times as often as alpha expects, at most three in a row, and they may lift the level by at most a tenth of
// its distance from the median, and not before a sample comes that is not suspect.
type conformal struct {
	alpha   float64
	scores  []uint16 // ring, see gradeOf
	pos, n  int
	credit  int     // scores that have not yet paid for a suspect one
	warning float64 // the level

	sorted []uint16 // the same scores; derived, and not state
}

func newConformal(alpha float64, size int) conformal {
	return conformal{alpha: alpha, scores: make([]uint16, size), sorted: make([]uint16, 0, size), warning: math.Inf(1)}
}

// grades are the steps in which scores are kept, 2⁻¹⁶. A score falls to the step below it: it then reaches a level,
// which is a step, exactly when its step does.
const grades = 1 << 16

func gradeOf(score float64) uint16 { return uint16(max(0, min(grades-1, score*grades))) }

// add takes in the score of a sample and draws the next level.
func (c *conformal) add(score float64, suspect bool, rng *rand.PCG) {
	price := int(math.Ceil(1 / (5 * c.alpha)))
	c.credit = min(c.credit+1, 3*price)
	if suspect {
		if c.credit < price || math.IsInf(c.warning, 1) {
			return
		}
		c.credit -= price
		score = math.Min(score, c.warning+float64(0.1*(c.warning-c.median())))
	}
	c.keep(gradeOf(score))
	if !suspect {
		c.level(float64(rng.Uint64()>>11) / (1 << 53))
	}
}

// keep lets a score take the place of the oldest, in the ring and in order.
func (c *conformal) keep(score uint16) {
	to := below(c.sorted, score)
	if c.n < len(c.scores) {
		c.sorted = slices.Insert(c.sorted, to, score)
		c.n++
	} else {
		from := below(c.sorted, c.scores[c.pos])
		if to > from { // what lies between moves by one, and nothing else
			to--
			copy(c.sorted[from:to], c.sorted[from+1:to+1])
		} else {
			copy(c.sorted[to+1:from+1], c.sorted[to:from])
		}
		c.sorted[to] = score
	}
	c.scores[c.pos] = score
	if c.pos++; c.pos == len(c.scores) {
		c.pos = 0
	}
}

// level finds the smallest score whose smoothed p-value is at most alpha.
func (c *conformal) level(u float64) {
	allowed := c.alpha*float64(c.n+1) + 1e-9 // of scores as high, the new one included
	if allowed < 1 {
		c.warning = math.Inf(1)
		return
	}
	above := int(allowed - u) // scores that may be greater
	highest := c.sorted[max(0, c.n-1-above)]
	from := below(c.sorted, highest)
	to := c.n
	if highest < grades-1 {
		to = below(c.sorted, highest+1)
	}
	level := float64(highest)
	if float64(c.n-to)+float64(u*float64(1+to-from)) > allowed {
		level++
	}
	c.warning = level / grades
}

// pValue is the p-value of a score, ties counted against an alarm.
func (c *conformal) pValue(score float64) float64 {
	return float64(1+c.n-below(c.sorted, gradeOf(score))) / float64(c.n+1)
}

// high says whether a score is among the highest twentieth; never before there are twenty.
func (c *conformal) high(score float64) bool {
	return c.n >= 20 && gradeOf(score) > c.sorted[c.n-1-c.n/20]
}

// median is that of the scores; 0 when there are none.
func (c *conformal) median() float64 {
	if c.n == 0 {
		return 0
	}
	return float64(c.sorted[c.n/2]) / grades
}

// critical is half again as far from the median as the warning level.
func (c *conformal) critical(warning float64) float64 {
	return warning + float64((graver-1)*(warning-c.median()))
}

// moments describe the calibration scores.
func (c *conformal) moments() Moments {
	xs := make([]float64, c.n)
	for i, s := range c.sorted {
		xs[i] = float64(s) / grades
	}
	return plainMoments(xs)
}

// index is the place of the i-th score, counted from the oldest.
func (c *conformal) index(i int) int { return (c.pos - c.n + i + len(c.scores)) % len(c.scores) }
