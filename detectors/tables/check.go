package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"

	"labwatch/detectors"
)

// A process is a series without drift. next draws its next value; each series has a state of its own.
type process struct {
	name string
	next func(r *rand.Rand) func() float64
	// correlated series are asked for a longer run: thinning would leave too few readings of a short one.
	correlated bool
}

func independent(draw func(*rand.Rand) float64) func(*rand.Rand) func() float64 {
	return func(r *rand.Rand) func() float64 { return func() float64 { return draw(r) } }
}

// autoregressive is an AR(1) series with lag-1 correlation rho and variance 1.
func autoregressive(rho float64) func(*rand.Rand) func() float64 {
	return func(r *rand.Rand) func() float64 {
		x, fresh := r.NormFloat64(), math.Sqrt(1-rho*rho)
		return func() float64 {
			x = float64(rho*x) + float64(fresh*r.NormFloat64())
			return x
		}
	}
}

// processes are what the run lengths are checked on.
func processes() []process {
	return []process{
		{"normal", independent((*rand.Rand).NormFloat64), false},
		{"log-normal 0.5", independent(func(r *rand.Rand) float64 { return math.Exp(0.5 * r.NormFloat64()) }), false},
		{"log-normal 1", independent(func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) }), false},
		{"integers, sd 4", independent(func(r *rand.Rand) float64 { return math.Round(30 + 4*r.NormFloat64()) }), false},
		{"steps of 0.01, sd 0.02", independent(func(r *rand.Rand) float64 { return math.Round(740+2*r.NormFloat64()) / 100 }), false},
		{"AR(1) 0.5", autoregressive(0.5), true},
		{"AR(1) 0.9", autoregressive(0.9), true},
	}
}

// checked are the detectors whose run length is a promise about chance.
func checked() []string { return []string{"zscore", "zmean", "ewma", "cusum", "ks", "psi"} }

// A cell is one process on one mode of the baseline, and the mean run length of each detector as a multiple of
// the one asked for, with its standard error.
type cell struct {
	process, mode string
	correlated    bool
	ratio, se     []float64
}

// checkRunLengths runs detectors with their own limits from the compiled tables on series without drift, each to its
// first alarm. The same series serves all of them.
func checkRunLengths(w io.Writer, names []string, ps []process, modes []string, runs int, arl0, correlatedARL0 float64) (cells []cell) {
	fmt.Fprintf(w, "%-23s %-8s", "", "")
	for _, name := range names {
		fmt.Fprintf(w, " %7s", name)
	}
	fmt.Fprintln(w, "   s.e.")
	for _, p := range ps {
		want := arl0
		if p.correlated {
			want = correlatedARL0
		}
		for _, mode := range modes {
			total := make([][]float64, runs)
			parallel(runs, func(i int) {
				total[i] = toFirstAlarms(names, mode, want, p.next(rand.New(rand.NewPCG(uint64(i), 77))))
			})
			c := cell{process: p.name, mode: mode, correlated: p.correlated}
			fmt.Fprintf(w, "%-23s %-8s", p.name, mode)
			worst := 0.0
			for k := range names {
				sum, squares := 0.0, 0.0
				for _, t := range total {
					x := t[k] / want
					sum += x
					squares += float64(x * x)
				}
				n := float64(runs)
				mean := sum / n
				se := math.Sqrt(math.Max(0, squares/n-float64(mean*mean)) / n)
				worst = math.Max(worst, se)
				c.ratio, c.se = append(c.ratio, mean), append(c.se, se)
				fmt.Fprintf(w, " %7.2f", mean)
			}
			fmt.Fprintf(w, "  %5.3f\n", worst)
			cells = append(cells, c)
		}
	}
	return cells
}

// toFirstAlarms counts, for each detector, the readings from the first for which it is ready on an anchored baseline
// to its first warning; at most 10 run lengths. Every reading counts, also one that thinning passes over.
func toFirstAlarms(names []string, mode string, arl0 float64, next func() float64) []float64 {
	c := detectors.DefaultBaseline()
	c.Mode = mode
	b := detectors.NewBaseline(c)
	var dets []detectors.Detector
	for _, name := range names {
		dets = append(dets, made(name, 0, arl0)(detectors.Env{Baseline: b}))
	}
	judged, done, left := make([]float64, len(names)), make([]bool, len(names)), len(names)
	s := detectors.Sample{Values: make([]float64, 1)}
	for left > 0 {
		s.Values[0] = next()
		anchored := b.Reference() != nil
		for k, d := range dets {
			if done[k] {
				continue
			}
			score, ready := d.Score(s)
			if !ready || !anchored {
				continue
			}
			judged[k]++
			if score >= d.(detectors.Limited).Limits().Warning || judged[k] >= 10*arl0 {
				done[k] = true
				left--
			}
		}
		b.Learn(s)
		for k, d := range dets {
			if !done[k] {
				d.Learn(s)
			}
		}
	}
	return judged
}

// begins keeps the processes whose names begin so.
func begins(ps []process, prefix string) (kept []process) {
	for _, p := range ps {
		if strings.HasPrefix(p.name, prefix) {
			kept = append(kept, p)
		}
	}
	return kept
}
