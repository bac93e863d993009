package detectors

import "math"

// shape is the scale on which the values of a series are nearest to a normal distribution. Results of
// patients are often log-normal; on the plain scale their long tail would pass any normal limit.
type shape uint8

const (
	plain shape = iota // values as they are
	root               // square roots, for values that are not negative: counts
	logs               // natural logarithms, for positive values
)

// bentBy is the share of the plain scale's want of straightness below which another scale is taken.
const bentBy = 0.5

// A normalizer brings values to the scale of a shape. Below knee, half the smallest value known, the curve
// goes on along its tangent: a first zero in a series that never had one is far out, and not infinitely far.
type normalizer struct {
	shape shape
	knee  float64
}

func newNormalizer(s shape, smallest float64) normalizer {
	return normalizer{shape: s, knee: smallest / 2}
}

func (c normalizer) of(x float64) float64 {
	if c.shape == plain {
		return x
	}
	below := math.Min(0, x-c.knee)
	return c.curve(math.Max(x, c.knee)) + float64(below*c.slope(c.knee))
}

// ofAll appends the normalized values to dst. They are sorted, and the first is the smallest value known: none is below
// the knee.
func (c normalizer) ofAll(sorted, dst []float64) []float64 {
	bend := float64(0 * c.slope(c.knee)) // what of adds to each
	switch c.shape {
	case root:
		for _, x := range sorted {
			dst = append(dst, math.Sqrt(x)+bend)
		}
	case logs:
		for _, x := range sorted {
			dst = append(dst, math.Log(x)+bend)
		}
	default:
		dst = append(dst, sorted...)
	}
	return dst
}

func (c normalizer) curve(x float64) float64 {
	switch c.shape {
	case root:
		return math.Sqrt(x)
	case logs:
		return math.Log(x)
	}
	return x
}

// slope is the derivative at x; 0 for the root at 0, where no tangent is of use.
func (c normalizer) slope(x float64) float64 {
	switch {
	case c.shape == root && x > 0:
		return 0.5 / math.Sqrt(x)
	case c.shape == logs:
		return 1 / x
	case c.shape == plain:
		return 1
	}
	return 0
}

// chooseShape takes the shape whose sorted values lie straightest against normal quantiles: the largest
// probability-plot correlation coefficient (Filliben, Technometrics 17, 1975). One value in 200, and at
// least one, is left out at each end, so that a wild one has no say. A bent scale must leave less than half of
// the plain one's want of straightness: where values vary by a few per cent all scales fit, and people read
// the plain one.
func chooseShape(sorted []float64) shape {
	var quantilesRoom, scaledRoom [room]float64
	n, cut, smallest := len(sorted), (len(sorted)+199)/200, sorted[0]
	quantiles := plotted(n, quantilesRoom[:0])
	kept := quantiles[cut:max(cut, n-cut)]
	best, least := plain, 0.0 // want of straightness
	for s := plain; s <= logs; s++ {
		if s == root && smallest < 0 || s == logs && !(smallest > 0) {
			break
		}
		values := sorted
		if s != plain {
			values = newNormalizer(s, smallest).ofAll(sorted, scaledRoom[:0])
		}
		want := 1 - straightness(values[cut:][:len(kept)], kept, values[n/2])
		switch {
		case s == plain:
			least = bentBy * want
		case want < least:
			best, least = s, want
		}
	}
	return best
}

// plotted appends to dst the quantiles against which n sorted values are plotted. They lie alike on both sides of the
// median.
func plotted(n int, dst []float64) []float64 {
	for i := range n {
		if twin := n - 1 - i; twin < i {
			dst = append(dst, -dst[twin])
			continue
		}
		dst = append(dst, normalQuantile(float64(2*i+1-n)/float64(n)))
	}
	return dst
}

// straightness is the correlation of values, taken from origin, with normal quantiles; -1 when there is none.
func straightness(values, quantiles []float64, origin float64) float64 {
	var sx, sxx, sq, sqq, sxq float64
	for i, q := range quantiles {
		x := values[i] - origin
		sx += x
		sxx += float64(x * x)
		sq += q
		sqq += float64(q * q)
		sxq += float64(x * q)
	}
	count := float64(len(quantiles))
	covariance := sxq - float64(sx*sq)/count
	variances := (sxx - float64(sx*sx)/count) * (sqq - float64(sq*sq)/count)
	if !(variances > 0) || !finite(variances) {
		return -1
	}
	return covariance / math.Sqrt(variances)
}

// normalQuantile is Φ⁻¹((1+u)/2) for u between -1 and 1: by the centre, so that it is odd to the last bit.
func normalQuantile(u float64) float64 { return math.Sqrt2 * math.Erfinv(u) }
