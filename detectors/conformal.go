package detectors

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// A conformal turns scores without a known distribution into an alarm level: a new score s has the p-value
// (1 + #{calibration scores >= s}) / (n+1), valid whatever the distribution as long as the new score is
// exchangeable with the n kept ones (Vovk, Gammerman & Shafer 2005; Laxhammar & Falkman 2010 for alarms).
// The warning level is the smallest score with p <= alpha. Fewer than 1/alpha-1 scores can promise no such
// p; until then the level is +Inf, which no score reaches.
//
// Scores of suspect samples need care. Leaving them out cuts the top off the calibration: the level sinks,
// more samples become suspect, and so on. Taking all in lets an episode of faults raise the level out of
// reach. False alarms are rare and scattered, faults come in a row; so suspect scores are taken in up to five
// times as often as alpha expects, at most three in a row, and each may lift the level by at most a tenth of
// its distance from the median.
type conformal struct {
	alpha   float64
	scores  []float32 // ring, rounded up
	pos, n  int
	credit  int // scores that have not yet paid for a suspect one
	stale   int // scores since the level was computed
	warning float64
	median  float64
	sorted  []float32 // scratch
}

// refresh is the number of scores after which the level is computed anew.
const refresh = 64

func newConformal(alpha float64, size int) conformal {
	return conformal{alpha: alpha, scores: make([]float32, size), warning: math.Inf(1)}
}

func (c *conformal) add(score float64, suspect bool) {
	price := int(math.Ceil(1 / (5 * c.alpha)))
	c.credit = min(c.credit+1, 3*price)
	if suspect {
		if c.credit < price || math.IsInf(c.warning, 1) {
			return
		}
		c.credit -= price
		score = math.Min(score, c.warning+float64(0.1*(c.warning-c.median)))
	}
	c.scores[c.pos] = roundUp(score)
	c.pos = (c.pos + 1) % len(c.scores)
	c.n = min(c.n+1, len(c.scores))
	if c.stale++; c.stale >= refresh {
		c.stale = 0
		c.level()
	}
}

// level computes the warning level: just above the k-th largest score, where k is the number that p <=
// alpha allows at or above it, the new score included.
func (c *conformal) level() {
	k := int(float64(c.alpha*float64(c.n+1)) + 1e-9)
	if k < 1 {
		c.warning = math.Inf(1)
		return
	}
	c.sorted = append(c.sorted[:0], c.scores[:c.n]...)
	slices.Sort(c.sorted)
	c.warning = float64(math.Nextafter32(c.sorted[c.n-k], math.MaxFloat32))
	c.median = float64(c.sorted[c.n/2])
}

// critical is half again as far from the median as the warning level.
func (c *conformal) critical(warning float64) float64 {
	return warning + float64((graver-1)*(warning-c.median))
}

// moments describe the calibration scores.
func (c *conformal) moments() Moments {
	xs := make([]float64, c.n)
	for i := range xs {
		xs[i] = float64(c.scores[c.index(i)])
	}
	return plainMoments(xs)
}

// index is the place of the i-th score, counted from the oldest.
func (c *conformal) index(i int) int { return (c.pos - c.n + i + len(c.scores)) % len(c.scores) }

// roundUp is the nearest float32 that is not smaller; a score equal to a kept one stays at or below it.
func roundUp(x float64) float32 {
	f := float32(x)
	if float64(f) < x {
		f = math.Nextafter32(f, math.MaxFloat32)
	}
	return f
}

func (c *conformal) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(c.credit))
	b = binary.AppendUvarint(b, uint64(c.stale))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(c.warning))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(c.median))
	b = binary.AppendUvarint(b, uint64(c.n))
	for i := range c.n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(c.scores[c.index(i)]))
	}
	return b
}

// read restores the scores; a ring that was larger when it was written keeps its newest.
func (c *conformal) read(r *reader) {
	c.credit = int(r.uvarint() & math.MaxInt32)
	c.stale = int(r.uvarint() % refresh)
	c.warning, c.median = r.float(), r.float()
	if math.IsNaN(c.warning) || !finite(c.median) {
		r.fail(fmt.Errorf("level %g around %g is not possible", c.warning, c.median))
	}
	for range r.count(maxList) {
		f := r.float32()
		if !(f >= 0 && f <= 1) {
			r.fail(fmt.Errorf("isolation score %g is outside 0 to 1", f))
			return
		}
		c.scores[c.pos] = f
		c.pos = (c.pos + 1) % len(c.scores)
		c.n = min(c.n+1, len(c.scores))
	}
}
