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
	cut, smallest := (len(sorted)+199)/200, sorted[0]
	fits := make([]straightness, 0, logs+1)
	for s := plain; s <= logs; s++ {
		if s == root && smallest < 0 || s == logs && !(smallest > 0) {
			break
		}
		fits = append(fits, newStraightness(newNormalizer(s, smallest), sorted))
	}
	n := len(sorted)
	for i := cut; i < n-cut; i++ {
		q := normalQuantile(float64(2*i+1-n) / float64(n))
		for s := range fits {
			fits[s].add(sorted[i], q)
		}
	}
	best, least := plain, bentBy*(1-fits[plain].correlation()) // want of straightness
	for s := root; int(s) < len(fits); s++ {
		if want := 1 - fits[s].correlation(); want < least {
			best, least = s, want
		}
	}
	return best
}

// A straightness sums up for the correlation of values, on a scale, with normal quantiles.
type straightness struct {
	scale                        normalizer
	origin                       float64
	count, sx, sxx, sq, sqq, sxq float64
}

func newStraightness(c normalizer, sorted []float64) straightness {
	return straightness{scale: c, origin: c.of(sorted[len(sorted)/2])}
}

func (s *straightness) add(x, q float64) {
	x = s.scale.of(x) - s.origin
	s.count++
	s.sx += x
	s.sxx += float64(x * x)
	s.sq += q
	s.sqq += float64(q * q)
	s.sxq += float64(x * q)
}

func (s *straightness) correlation() float64 {
	covariance := s.sxq - float64(s.sx*s.sq)/s.count
	variances := (s.sxx - float64(s.sx*s.sx)/s.count) * (s.sqq - float64(s.sq*s.sq)/s.count)
	if !(variances > 0) || !finite(variances) {
		return -1
	}
	return covariance / math.Sqrt(variances)
}

// normalQuantile is Φ⁻¹((1+u)/2) for u between -1 and 1: by the centre, so that it is odd to the last bit.
func normalQuantile(u float64) float64 { return math.Sqrt2 * math.Erfinv(u) }
