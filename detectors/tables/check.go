package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"labwatch/detectors"
)

// checkRunLengths runs each window detector with its own limit from the compiled tables, on frozen and
// rolling baselines, to the first alarm, and prints the mean run length as a multiple of the one asked for.
func checkRunLengths(w io.Writer, runs int, arl0 float64) {
	shapes := []struct {
		name string
		draw func(*rand.Rand) float64
	}{
		{"normal", (*rand.Rand).NormFloat64},
		{"log-normal", func(r *rand.Rand) float64 { return math.Exp(0.5 * r.NormFloat64()) }},
		{"normal, steps of sd/2", func(r *rand.Rand) float64 { return math.Round(2*r.NormFloat64()) / 2 }},
	}
	fmt.Fprintf(w, "mean records to a false alarm, as a multiple of the %g asked for (%d series)\n", arl0, runs)
	for _, name := range []string{"zscore", "zmean", "ks", "psi"} {
		for _, shape := range shapes {
			for _, mode := range []string{detectors.Frozen, detectors.Rolling} {
				total := make([]float64, runs)
				parallel(runs, func(i int) {
					r := rand.New(rand.NewPCG(uint64(i), 77))
					total[i] = toFirstAlarm(name, mode, arl0, func() float64 { return shape.draw(r) })
				})
				mean := 0.0
				for _, t := range total {
					mean += t / float64(runs)
				}
				fmt.Fprintf(w, "%-7s %-22s %-8s %.2f\n", name, shape.name, mode, mean/arl0)
			}
		}
	}
}

// toFirstAlarm counts the records that a detector judges, from the first for which it is ready and its
// baseline is anchored, to its first warning; at most 30 run lengths.
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
	for judged < 30*arl0 {
		s.Values[0] = next()
		score, ready := d.Score(s)
		if ready && b.Reference() != nil {
			judged++
			if score >= d.(detectors.Limited).Limits().Warning {
				break
			}
		}
		b.Learn(s)
		d.Learn(s)
	}
	return judged
}
