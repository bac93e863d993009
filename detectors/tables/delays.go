package main

import (
	"fmt"
	"io"
	"math/rand/v2"

	"labwatch/detectors"
)

// A fault changes a standard normal series.
type fault struct {
	name  string
	apply func(x float64) float64
}

func faults() (all []fault) {
	for _, sd := range []float64{0.25, 0.5, 1, 2, 4} {
		all = append(all, fault{fmt.Sprintf("+%gs", sd), func(x float64) float64 { return x + sd }})
	}
	for _, factor := range []float64{1.5, 2, 0.5} {
		all = append(all, fault{fmt.Sprintf("sd x%g", factor), func(x float64) float64 { return factor * x }})
	}
	return all
}

// A setting is a detector with a window; 0 is its default.
type setting struct {
	detector string
	window   int
}

func settings() []setting {
	return []setting{{"zscore", 0}, {"zmean", 0}, {"ewma", 0}, {"cusum", 0}, {"ks", 50}, {"ks", 100}, {"ks", 200}, {"ks", 500},
		{"psi", 100}, {"psi", 500}}
}

// A delayed row is the mean number of readings from a fault to the alarm, by fault.
type delayed struct {
	setting
	mean []float64
}

const (
	delayBefore = 1200 // good readings: the baseline, and every window filled
	delayMost   = 5000 // readings after which a fault counts as missed
)

// delays prints the mean number of readings from a fault to the first warning, all at one run length, on a frozen
// baseline of 500. A run that alarms before the fault is not counted.
func delays(w io.Writer, runs int, arl0 float64) (rows []delayed) {
	fmt.Fprintf(w, "%-10s", "")
	for _, f := range faults() {
		fmt.Fprintf(w, " %7s", f.name)
	}
	fmt.Fprintln(w)
	for _, set := range settings() {
		name := set.detector
		if set.window > 0 {
			name = fmt.Sprintf("%s %d", name, set.window)
		}
		fmt.Fprintf(w, "%-10s", name)
		row := delayed{setting: set}
		for _, f := range faults() {
			after := make([]float64, runs)
			parallel(runs, func(i int) { after[i] = set.delay(f, arl0, rand.New(rand.NewPCG(uint64(i), 17))) })
			sum, n := 0.0, 0
			for _, d := range after {
				if d > 0 {
					sum += d
					n++
				}
			}
			row.mean = append(row.mean, sum/float64(n))
			fmt.Fprintf(w, " %7.0f", sum/float64(n))
		}
		fmt.Fprintln(w)
		rows = append(rows, row)
	}
	return rows
}

// delay is 0 for an alarm before the fault.
func (set setting) delay(f fault, arl0 float64, r *rand.Rand) float64 {
	c := detectors.DefaultBaseline()
	c.Mode = detectors.Frozen
	b := detectors.NewBaseline(c)
	d := made(set.detector, set.window, arl0)(detectors.Env{Baseline: b})
	s := detectors.Sample{Values: make([]float64, 1)}
	for i := range delayBefore + delayMost {
		s.Values[0] = r.NormFloat64()
		if i >= delayBefore {
			s.Values[0] = f.apply(s.Values[0])
		}
		if score, ready := d.Score(s); ready && b.Reference() != nil && score >= d.(detectors.Limited).Limits().Warning {
			return float64(max(0, i+1-delayBefore))
		}
		b.Learn(s)
		d.Learn(s)
	}
	return delayMost
}
