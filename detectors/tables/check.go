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
		{"normal", independent((*rand.Rand).NormFloat64)},
		{"log-normal 0.5", independent(func(r *rand.Rand) float64 { return math.Exp(0.5 * r.NormFloat64()) })},
		{"log-normal 1", independent(func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) })},
		{"integers, sd 4", independent(func(r *rand.Rand) float64 { return math.Round(30 + 4*r.NormFloat64()) })},
		{"steps of 0.01, sd 0.02", independent(func(r *rand.Rand) float64 { return math.Round(740+2*r.NormFloat64()) / 100 })},
		{"AR(1) 0.5", autoregressive(0.5)},
		{"AR(1) 0.9", autoregressive(0.9)},
	}
}

// checkRunLengths runs each detector with its own limit from the compiled tables to the first alarm, and prints
// the mean run length as a multiple of the one asked for.
func checkRunLengths(w io.Writer, only, series string, modes []string, runs int, arl0 float64) {
	fmt.Fprintf(w, "mean readings that count to a false alarm, as a multiple of the %g asked for (%d series)\n", arl0, runs)
	fmt.Fprintf(w, "%-8s", "")
	names := []string{"zscore", "zmean", "ewma", "cusum", "ks", "psi"}
	if only != "" {
		names = []string{only}
	}
	for _, name := range names {
		fmt.Fprintf(w, " %7s", name)
	}
	fmt.Fprintln(w)
	for _, p := range processes() {
		if !strings.HasPrefix(p.name, series) {
			continue
		}
		for _, mode := range modes {
			fmt.Fprintf(w, "%-23s %-8s", p.name, mode)
			for _, name := range names {
				total := make([]float64, runs)
				parallel(runs, func(i int) {
					total[i] = toFirstAlarm(name, mode, arl0, p.next(rand.New(rand.NewPCG(uint64(i), 77))))
				})
				mean := 0.0
				for _, t := range total {
					mean += t / float64(runs)
				}
				fmt.Fprintf(w, " %7.2f", mean/arl0)
			}
			fmt.Fprintln(w)
		}
	}
}

// toFirstAlarm counts the readings that a detector judges, from the first for which it is ready and its
// baseline is anchored, to its first warning; at most 10 run lengths. Where only every stride-th reading
// counts, a reading counts for one stride-th. zscore judges each.
func toFirstAlarm(name, mode string, arl0 float64, next func() float64) float64 {
	c := detectors.DefaultBaseline()
	c.Mode = mode
	b := detectors.NewBaseline(c)
	m, err := detectors.Builtin()[name](func(c any) error {
		switch c := c.(type) {
		case *detectors.ZScoreConfig:
			c.ARL0 = arl0
		case *detectors.ZMeanConfig:
			c.ARL0 = arl0
		case *detectors.EWMAConfig:
			c.ARL0 = arl0
		case *detectors.CUSUMConfig:
			c.ARL0 = arl0
		case *detectors.KSConfig:
			c.ARL0 = arl0
		case *detectors.PSIConfig:
			c.ARL0 = arl0
		}
		return nil
	})
	if err != nil {
		panic(err)
	}
	d := m(detectors.Env{Baseline: b})
	judged := 0.0
	s := detectors.Sample{Values: make([]float64, 1)}
	for judged < 10*arl0 {
		s.Values[0] = next()
		score, ready := d.Score(s)
		if ready && b.Reference() != nil {
			if name == "zscore" {
				judged++
			} else {
				judged += 1 / float64(b.Stride())
			}
			if score >= d.(detectors.Limited).Limits().Warning {
				break
			}
		}
		b.Learn(s)
		d.Learn(s)
	}
	return judged
}
