package detectors

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/mathext"
)

// studentUpper is the t with P(T > t) = p for n degrees of freedom, 0 < p < 1/2. It works at the small tail itself, so
// that nothing is lost to 1-p.
//
// A baseline that is warming up asks for it again and again, so it takes Newton's steps for log P over log t, in which a
// power tail is a straight line: five or six from a normal start, where the inverse of the incomplete beta function that
// gonum has takes some thirty of the same evaluations.
func studentUpper(p float64, n int) float64 {
	nu := float64(n)
	a, _ := math.Lgamma((nu + 1) / 2)
	b, _ := math.Lgamma(nu / 2)
	scale := a - b - math.Log(nu*math.Pi)/2 // of the density, as a logarithm
	t := max(normalQuantile(1-2*p), 0.01)
	for range 50 {
		tail := mathext.RegIncBeta(nu/2, 0.5, nu/(nu+t*t)) / 2
		density := math.Exp(scale - (nu+1)/2*math.Log1p(t*t/nu))
		step := math.Log(tail/p) * tail / (t * density)
		t *= math.Exp(max(-2, min(2, step)))
		if math.Abs(step) < 1e-12 {
			break
		}
	}
	return t
}

// predictiveLimit is the number of SDs that the next value of a normal series leaves with probability p
// (two-sided) when the mean was estimated from n independent values and the SD from what is worth m of them:
// √(1+1/n) t(m-1).
func predictiveLimit(p float64, n, m int) float64 {
	return math.Sqrt(1+1/float64(n)) * studentUpper(p/2, m-1)
}

// predictions keep limits that were computed: the series of a fleet that are warming up ask for the same ones, each in its
// turn, and one takes as long as all else that is done with a reading. Workers share them.
type predictions struct {
	mu    sync.Mutex
	known map[prediction]float64
}

type prediction struct {
	p    float64
	n, m int
}

// mostPredictions bounds the memory to some 200 kB. Correlated series have their own p, and seldom ask twice.
const mostPredictions = 4096

// limit is predictiveLimit.
func (k *predictions) limit(of prediction) float64 {
	k.mu.Lock()
	limit, ok := k.known[of]
	k.mu.Unlock()
	if ok {
		return limit
	}
	limit = predictiveLimit(of.p, of.n, of.m) // nobody waits for it; two at once compute the same
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= mostPredictions {
		k.known = map[prediction]float64{}
	}
	k.known[of] = limit
	return limit
}
