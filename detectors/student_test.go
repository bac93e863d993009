package detectors

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

// The quantile agrees with gonum's inverse of the incomplete beta function, which bisects.
func TestStudentUpper(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 9, 10, 19, 30, 99, 250, 499, 10_000} {
		for _, p := range []float64{0.49, 0.3, 0.05, 1e-3, 1e-4, 5e-6, 5e-7, 1e-9} {
			nu := float64(n)
			x := mathext.InvRegIncBeta(nu/2, 0.5, 2*p)
			want := math.Sqrt(nu * (1 - x) / x)
			got := studentUpper(p, n)
			if math.Abs(got/want-1) > 1e-6 { // 1-x has lost digits where x is near 1
				t.Errorf("p %g, %d degrees: %v, want %v", p, n, got, want)
			}
			if tail := mathext.RegIncBeta(nu/2, 0.5, nu/(nu+got*got)) / 2; math.Abs(tail/p-1) > 1e-10 {
				t.Errorf("p %g, %d degrees: %v leaves %g", p, n, got, tail)
			}
		}
	}
}

// However many were asked for, in whatever order, a limit that is kept is the one computed.
func TestPredictionsAreThoseComputed(t *testing.T) {
	var known predictions
	for round := range 3 {
		for n := 4; n < 2000; n++ {
			of := prediction{p: 1e-5 * float64(1+round), n: n, m: n / 2}
			if got := known.limit(of); got != predictiveLimit(of.p, of.n, of.m) || got != known.limit(of) || len(known.known) > mostPredictions {
				t.Fatalf("%+v: %v, computed %v, %d kept", of, got, predictiveLimit(of.p, of.n, of.m), len(known.known))
			}
		}
	}
}

func BenchmarkStudentUpper(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		studentUpper(5e-6, 10+i%490)
	}
}
