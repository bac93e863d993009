package detectors

import (
	"math"
	"slices"
)

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

// ranks give the scores of values against a sorted list.
type ranks struct {
	sorted []float64
	mean   float64 // of the scores of the list itself, not 0 when its ties are lopsided
	spread float64 // their SD
	tied   float64 // probability that two different values of the list are equal
}

func newRanks(sorted []float64) ranks {
	r := ranks{sorted: sorted}
	sum, squares, pairs := 0.0, 0.0, 0
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		q, n := r.quantile(i, j), float64(j-i)
		sum += float64(q * n)
		squares += float64(q * q * n)
		pairs += (j - i) * (j - i - 1)
		i = j
	}
	n := float64(len(sorted))
	r.tied = float64(pairs) / (n * (n - 1))
	r.mean = sum / n
	r.spread = math.Max(leastSpread, math.Sqrt(math.Max(0, squares/n-float64(r.mean*r.mean))))
	return r
}

// quantile is the normal quantile of the mid-rank of a value with from values below it and up to values not
// above it.
func (r *ranks) quantile(from, to int) float64 {
	n := len(r.sorted)
	return normalQuantile(float64(from+to-n) / float64(n+1))
}

// score is the standardized normal score of x in units of 2⁻²⁰.
func (r *ranks) score(x float64) int32 { return r.scoreAt(r.place(x)) }

// place is where x stands in the list.
func (r *ranks) place(x float64) place {
	from, _ := slices.BinarySearch(r.sorted, x)
	to := from
	if to < len(r.sorted) && r.sorted[to] == x {
		to += upper(r.sorted[to:], x)
	}
	return placeOf(from, to)
}

// scoreAt is the score of a value at a place.
func (r *ranks) scoreAt(p place) int32 {
	return int32(math.Round((r.quantile(p.below(), p.upTo()) - r.mean) / r.spread * scoreUnit))
}

// upper counts the leading values of a sorted list that are not above x.
func upper(sorted []float64, x float64) int {
	n, _ := slices.BinarySearchFunc(sorted, x, func(v, x float64) int {
		if v <= x {
			return -1
		}
		return 1
	})
	return n
}
