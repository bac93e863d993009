package detectors

// A finder spares a search among sorted values most of its steps, each of which fetches another line of memory: it knows
// where the values of each of 64 stripes of equal width begin. A stripe holds some ten of 500 values, two lines. The
// stripe of a number rises with it, however its arithmetic rounds, so what is found is exact. Stripes leave out one value
// in 32 at each end, which are in the first and the last one: a wild value cannot make all others share a stripe. The zero
// finder knows nothing and searches among all.
type finder struct {
	from    float64
	perUnit float64             // stripes a unit
	first   [stripes + 1]uint16 // number of values in the stripes before
}

const stripes = 64

func newFinder(sorted []float64) finder {
	n := len(sorted)
	if n == 0 {
		return finder{}
	}
	cut := n / 32
	f := finder{from: sorted[cut]}
	f.perUnit = stripes / (sorted[n-1-cut] - f.from)
	next := 0 // stripe whose first value is looked for
	for i, x := range sorted {
		for at := f.stripe(x); next <= at; next++ {
			f.first[next] = uint16(i)
		}
	}
	for ; next <= stripes; next++ {
		f.first[next] = uint16(n)
	}
	return f
}

// stripe also takes what a width of 0 or infinity makes of x: it never becomes less when x becomes more.
func (f *finder) stripe(x float64) int {
	switch at := (x - f.from) * f.perUnit; {
	case !(at > 0):
		return 0
	case at >= stripes-1:
		return stripes - 1
	default:
		return int(at)
	}
}

// below is the number of the values that are below x. They are those that the finder was made of.
func (f *finder) below(sorted []float64, x float64) int {
	if f.perUnit == 0 {
		return below(sorted, x)
	}
	at := f.stripe(x)
	first, next := f.first[at], f.first[at+1]
	return int(first) + below(sorted[first:next], x)
}
