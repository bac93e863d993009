package main

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// Correlated readings pass a limit in rows, so that the first passage comes later than 1/p. The mean time L(x) to
// the first passage of ±u by a standard AR(1) series that stands at x solves L(x) = 1 + ∫ L(y) φ((y-ρx)/s)/s dy over
// -u to u, s² = 1-ρ²: a Fredholm equation of the second kind, here by Gauss-Legendre nodes (Nyström).
// Source: Crowder, Technometrics 29 (1987), who does it for the EWMA.

const crossingNodes = 300

// firstPassage is the mean number of readings to the first beyond ±u, of a series that starts in equilibrium.
func firstPassage(rho, u float64) float64 {
	x, weight := make([]float64, crossingNodes), make([]float64, crossingNodes)
	quad.Legendre{}.FixedLocations(x, weight, -u, u)
	s := math.Sqrt(1 - rho*rho)
	density := func(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }
	a, ones := mat.NewDense(crossingNodes, crossingNodes, nil), mat.NewVecDense(crossingNodes, nil)
	for i := range x {
		ones.SetVec(i, 1)
		for j := range x {
			v := -weight[j] * density((x[j]-rho*x[i])/s) / s
			if i == j {
				v++
			}
			a.Set(i, j, v)
		}
	}
	var length mat.VecDense
	if err := length.SolveVec(a, ones); err != nil {
		panic(err)
	}
	mean := 1.0
	for j := range x {
		mean += weight[j] * density(x[j]) * length.AtVec(j)
	}
	return mean
}

// firstPair is the mean number of readings to the first two in a row beyond ±u: the same equation with the series'
// place beyond u as a second state, from which it returns inside or is caught.
func firstPair(rho, u float64) float64 {
	const inside, beyond, far = 200, 50, 9.0
	x, weight := make([]float64, inside+2*beyond), make([]float64, inside+2*beyond)
	quad.Legendre{}.FixedLocations(x[:inside], weight[:inside], -u, u)
	quad.Legendre{}.FixedLocations(x[inside:inside+beyond], weight[inside:inside+beyond], u, u+far)
	quad.Legendre{}.FixedLocations(x[inside+beyond:], weight[inside+beyond:], -u-far, -u)
	n, s := len(x), math.Sqrt(1-rho*rho)
	density := func(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }
	a, ones := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	for i := range x {
		ones.SetVec(i, 1)
		for j := range x {
			v := 0.0
			if i < inside || j < inside {
				v = -weight[j] * density((x[j]-rho*x[i])/s) / s
			}
			if i == j {
				v++
			}
			a.Set(i, j, v)
		}
	}
	var length mat.VecDense
	if err := length.SolveVec(a, ones); err != nil {
		panic(err)
	}
	mean := 1.0
	for j := range x {
		mean += weight[j] * density(x[j]) * length.AtVec(j)
	}
	return mean
}

// crossings prints how many times more often than 1/ARL0 a single reading may pass the limit, and how often when it
// takes two in a row.
func crossings(w io.Writer) {
	each := func(name string, passage func(rho, u float64) float64, tell func(p, arl0 float64) float64) {
		inflations, arl0s := []int{1, 2, 3, 6, 9, 19, 39, 99}, []float64{1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}
		fmt.Fprintf(w, "var %s = runLengthTable{\n", name)
		fmt.Fprintf(w, "windows: %#v, arl0: %#v, level: [][]float64{\n", inflations, arl0s)
		for _, k := range inflations {
			rho := float64(k-1) / float64(k+1)
			fmt.Fprint(w, "{")
			for i, want := range arl0s {
				lo, hi := 0.3, 7.0
				for range 25 {
					if mid := (lo + hi) / 2; passage(rho, mid) < want {
						lo = mid
					} else {
						hi = mid
					}
				}
				if i > 0 {
					fmt.Fprint(w, ", ")
				}
				fmt.Fprintf(w, "%.3f", tell(math.Erfc(hi/math.Sqrt2), want))
			}
			fmt.Fprintf(w, "}, // ρ = %.3g\n", rho)
		}
		fmt.Fprintln(w, "},\n}")
	}
	each("crossingTable", firstPassage, func(p, arl0 float64) float64 { return p * arl0 })
	each("pairTable", firstPair, func(p, _ float64) float64 { return -math.Log(p) })
}
