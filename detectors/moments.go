package detectors

import "math"

const (
	madToSD    = 1.4826 // 1/Φ⁻¹(3/4): makes the MAD of a normal sample estimate its SD
	trimAt     = 5      // robust SDs beyond which a value is left out of mean and SD
	sameNumber = 1.0 / (1 << 40)
)

// A fit is what the values of a series look like: their mean and SD in the unit of the series, for people,
// and the same on the scale on which they are nearest to normal, for limits.
type fit struct {
	moments Moments    // plain mean and SD (n-1) of the values that were kept
	scale   normalizer // to the scale of scaled
	scaled  Moments    // of the same values on that scale
}

// fitTo chooses the scale for sorted values and drops those farther than five robust SDs (1.4826 MAD, the
// median absolute deviation) from the median on that scale: a wild value then moves neither mean nor SD,
// while the long tail of a skewed series stays in. An SD is at least resolution/√12, the SD of rounding
// alone, where resolution is the smallest step between the values that were kept.
//
// When more than half the values are equal, the MAD is 0 and says nothing. The spread is then the (lower)
// median distance of the values that do differ; a single differing value makes no spread, because it cannot
// be told from a wild one. False when there is none at all.
func fitTo(sorted []float64) (f fit, ok bool) {
	n := len(sorted)
	if n < 2 {
		return fit{}, false
	}
	var scaledRoom [room]float64
	f.scale = newNormalizer(chooseShape(sorted), sorted[0])
	scaled := f.scale.ofAll(sorted, scaledRoom[:0])
	median := middle(scaled)
	spread := quantileOfDistances(scaled, median, 0)
	if spread == 0 {
		spread = quantileOfDistances(scaled, median, countNear(scaled, median))
	}
	if spread == 0 || !finite(spread) {
		return fit{}, false
	}
	lo, hi := 0, n
	limit := trimAt * madToSD * spread
	for lo < hi && median-scaled[lo] > limit {
		lo++
	}
	for hi > lo && scaled[hi-1]-median > limit {
		hi--
	}
	step := resolution(sorted[lo:hi])
	f.moments = plainMoments(sorted[lo:hi])
	f.scaled = f.moments
	if f.scale.shape != plain {
		f.scaled = plainMoments(scaled[lo:hi])
	}
	if step == 0 || f.moments.N < 2 || f.scaled.N < 2 {
		return fit{}, false
	}
	floor := step / math.Sqrt(12)
	f.moments.SD = math.Max(f.moments.SD, floor)
	f.scaled.SD = math.Max(f.scaled.SD, floor*f.scale.slope(middle(sorted)))
	return f, f.moments.known() && f.scaled.known()
}

// known says whether the moments are numbers that something can be measured by.
func (m Moments) known() bool { return finite(m.Mean) && finite(m.SD) && m.SD > 0 }

// middle is the median of sorted values; halves are taken before adding, so that it cannot overflow.
func middle(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	a, b := sorted[n/2-1], sorted[n/2]
	if a == b {
		return a
	}
	return a/2 + b/2
}

// same reports whether two numbers differ by no more than the noise of floating-point arithmetic
// (a relative 2⁻⁴⁰, about 1e-12): 0.1+0.2 and 0.3 are one level of a sensor.
func same(a, b float64) bool {
	return a == b || math.Abs(a-b) <= sameNumber*math.Max(math.Abs(a), math.Abs(b))
}

// countNear counts the values that are the same as x.
func countNear(sorted []float64, x float64) (n int) {
	for _, v := range sorted {
		if same(v, x) {
			n++
		}
	}
	return n
}

// quantileOfDistances returns the lower median of the distances |v-median| after skipping the smallest
// skip of them: two pointers walk the sorted values outwards. It is 0 when fewer than two are left after a
// skip, or when the distance is floating-point noise.
func quantileOfDistances(sorted []float64, median float64, skip int) float64 {
	n := len(sorted)
	left := n - skip
	if skip > 0 && left < 2 {
		return 0
	}
	target := skip + (left-1)/2
	hi := 0
	for hi < n && sorted[hi] < median {
		hi++
	}
	lo, d := hi-1, 0.0
	for range target + 1 {
		if hi >= n || lo >= 0 && median-sorted[lo] <= sorted[hi]-median {
			d = median - sorted[lo]
			lo--
		} else {
			d = sorted[hi] - median
			hi++
		}
	}
	if same(median+d, median) {
		return 0
	}
	return d
}

// resolution is the smallest step between different levels of sorted values; 0 when all are one level.
func resolution(sorted []float64) float64 {
	step := 0.0
	for i := 1; i < len(sorted); i++ {
		if gap := sorted[i] - sorted[i-1]; (step == 0 || gap < step) && !same(sorted[i], sorted[i-1]) {
			step = gap
		}
	}
	return step
}
