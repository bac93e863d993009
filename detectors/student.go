package detectors

import (
	"math"
	"sync/atomic"

	"gonum.org/v1/gonum/mathext"
)

// studentUpper is the t with P(T > t) = p for n degrees of freedom, 0 < p < 1/2. It inverts the incomplete
// beta function at the small tail itself, so that nothing is lost to 1-p.
func studentUpper(p float64, n int) float64 {
	nu := float64(n)
	x := mathext.InvRegIncBeta(nu/2, 0.5, 2*p)
	return math.Sqrt(nu * (1 - x) / x)
}

// predictiveLimit is the number of SDs that the next value of a normal series leaves with probability p
// (two-sided) when mean and SD were estimated from n values: √(1+1/n) t(n-1).
func predictiveLimit(p float64, n int) float64 {
	return math.Sqrt(1+1/float64(n)) * studentUpper(p/2, n-1)
}

// predictive holds predictiveLimit for one p and every n that was asked for. Inverting the incomplete beta function
// takes 10 µs, and every warming series asks for the same n. It is shared by all detectors of a Maker, which may work
// in several goroutines; whoever comes first stores the same bits as anybody else would.
type predictive struct {
	p   float64
	byN []atomic.Uint64
}

func newPredictive(p float64) *predictive {
	return &predictive{p, make([]atomic.Uint64, maxReference+1)}
}

func (t *predictive) limit(n int) float64 {
	if n >= len(t.byN) {
		return predictiveLimit(t.p, n)
	}
	bits := t.byN[n].Load()
	if bits == 0 {
		bits = math.Float64bits(predictiveLimit(t.p, n))
		t.byN[n].Store(bits)
	}
	return math.Float64frombits(bits)
}
