package detectors

import "math"

// Normal scores (van der Waerden): a value is replaced by the normal quantile of its rank among the values
// that count as normal, mid-ranks for ties. Their distribution does not depend on that of the series, so a
// run-length table for them serves every series; and no value counts for more than the quantile beyond the
// largest rank, 3.1 at 500, however wild it is.
//
// Scores are integers of 2⁻²⁰: sums of them are exact and leave no rounding behind.
const (
	scoreBits = 20
	scoreUnit = 1 << scoreBits
)

// leastSpread is the SD of normal scores below which they are not stretched to an SD of 1. A series in
// steps of one SD has 0.96. Where most values are tied the scores are few and skewed, and stretching them
// would raise false alarms; they are then left narrow, which errs on the late side.
const leastSpread = 0.9

// ranks give the scores of values against a list. Of a laboratory's list many values are equal, so each is kept once.
type ranks struct {
	levels []float64 // the different values, rising
	upTo   []uint16  // number of values not above each
	scores []int32   // of each level, standardized, in units of 2⁻²⁰
	n      int       // values
	finder finder    // of the levels of a reference
	mean   float64   // of the scores of the list itself, not 0 when its ties are lopsided
	spread float64   // their SD
	tied   float64   // probability that two different values of the list are equal
}

// newRanks takes over sorted values, in the memory of old ranks where that is large enough and not far too large.
func newRanks(sorted []float64, old ranks) ranks {
	k := 0
	for i, v := range sorted {
		if i == 0 || v != sorted[i-1] {
			k++
		}
	}
	r := ranks{levels: fitting(old.levels, k), upTo: fitting(old.upTo, k), scores: fitting(old.scores, k), n: len(sorted)}
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		r.levels, r.upTo = append(r.levels, sorted[i]), append(r.upTo, uint16(j))
		i = j
	}
	r.standardize()
	return r
}

// newReference is newRanks for a list that values will be looked up in for long: with a finder.
func newReference(sorted []float64, old ranks) ranks {
	r := newRanks(sorted, old)
	r.finder = newFinder(r.levels)
	return r
}

// standardize makes the scores of the levels.
func (r *ranks) standardize() {
	var quantileRoom [room]float64
	quantiles := r.quantiles(quantileRoom[:0])
	sum, squares, pairs, below := 0.0, 0.0, 0, 0
	for i, upTo := range r.upTo {
		ties := int(upTo) - below
		q, n := quantiles[i], float64(ties)
		sum += float64(q * n)
		squares += float64(q * q * n)
		pairs += ties * (ties - 1)
		below = int(upTo)
	}
	n := float64(r.n)
	r.tied = float64(pairs) / (n * (n - 1))
	r.mean = sum / n
	r.spread = math.Max(leastSpread, math.Sqrt(math.Max(0, squares/n-float64(r.mean*r.mean))))
	for _, q := range quantiles {
		r.scores = append(r.scores, r.standardized(q))
	}
}

// quantiles appends those of the levels to dst. Without ties they lie alike on both sides of the median.
func (r *ranks) quantiles(dst []float64) []float64 {
	below, mirrored := 0, len(r.levels) == r.n
	for i, upTo := range r.upTo {
		if twin := r.n - 1 - i; mirrored && twin < i {
			dst = append(dst, -dst[twin])
			continue
		}
		dst = append(dst, r.quantile(below, int(upTo)))
		below = int(upTo)
	}
	return dst
}

// fitting is an empty slice with room for n, in the memory of s unless that is too small or twice too large. What has
// grown will grow again: it gets a quarter more.
func fitting[T any](s []T, n int) []T {
	switch {
	case cap(s) == 0 || cap(s) > 2*n+16:
		return make([]T, 0, n)
	case cap(s) < n:
		return make([]T, 0, n+n/4)
	}
	return s[:0]
}

// values is the list, sorted.
func (r *ranks) values() []float64 {
	out := make([]float64, 0, r.n)
	for i, v := range r.levels {
		for len(out) < int(r.upTo[i]) {
			out = append(out, v)
		}
	}
	return out
}

// quantile is the normal quantile of the mid-rank of a value with from values below it and up to values not
// above it.
func (r *ranks) quantile(from, to int) float64 {
	return normalQuantile(float64(from+to-r.n) / float64(r.n+1))
}

func (r *ranks) standardized(quantile float64) int32 {
	return int32(math.Round((quantile - r.mean) / r.spread * scoreUnit))
}

// score is the standardized normal score of x in units of 2⁻²⁰.
func (r *ranks) score(x float64) int32 { return r.scoreAt(r.find(x)) }

func (r *ranks) scoreAt(at spot) int32 {
	if at.known {
		return r.scores[at.level]
	}
	below := r.below(at.level)
	return r.standardized(r.quantile(below, below))
}

// scoresOf appends the scores of values to dst.
func (r *ranks) scoresOf(values []float64, dst []int32) []int32 {
	for _, v := range values {
		dst = append(dst, r.score(v))
	}
	return dst
}

// placeAt is where a value at a spot stands in the list.
func (r *ranks) placeAt(at spot) place {
	below := r.below(at.level)
	if at.known {
		return placeOf(below, int(r.upTo[at.level]))
	}
	return placeOf(below, below)
}

// A spot is where a value stands among the levels.
type spot struct {
	level int  // number of levels below it
	known bool // it is the next one
}

func (r *ranks) find(x float64) spot {
	i := r.finder.below(r.levels, x)
	return spot{i, i < len(r.levels) && r.levels[i] == x}
}

// below is the number of values below level i.
func (r *ranks) below(i int) int {
	if i == 0 || len(r.levels) == r.n { // or no two are equal
		return i
	}
	return int(r.upTo[i-1])
}

func (r *ranks) bytes() int { return 8*cap(r.levels) + 2*cap(r.upTo) + 4*cap(r.scores) }
