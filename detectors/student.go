package detectors

import (
	"math"

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
// (two-sided) when the mean was estimated from n independent values and the SD from what is worth m of them:
// √(1+1/n) t(m-1).
func predictiveLimit(p float64, n, m int) float64 {
	return math.Sqrt(1+1/float64(n)) * studentUpper(p/2, m-1)
}
