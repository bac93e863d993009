// Command tables simulates the run lengths of the window detectors and prints the tables that are pasted
// into the package detectors. Run it with `go run ./detectors/tables`; it is seeded and prints the same
// numbers each time. With -check it prints instead how long the detectors really run to a false alarm with
// the tables that are compiled in. -only NAME takes one detector.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"labwatch/detectors"
)

// The short run lengths rest on many short series, the long ones on fewer long series.
var (
	shortARL0s = []float64{1e2, 1e3}
	longARL0s  = []float64{1e4, 1e5, 1e6}
)

const shortRuns, shortHorizon = 3000, 4000

func main() {
	runs := flag.Int("runs", 300, "series per setting, each with a baseline of its own")
	horizon := flag.Int("horizon", 150_000, "records per series")
	short := flag.Bool("short", false, "only the levels for the short run lengths, 100 and 1000")
	check := flag.Bool("check", false, "measure the realised run lengths instead")
	arl0 := flag.Float64("arl0", 1e3, "run length to check on independent readings; ten times that on correlated ones")
	mode := flag.String("mode", "", "frozen or rolling baselines only")
	only := flag.String("only", "", "one detector only")
	late := flag.Bool("delays", false, "measure instead how long after a fault the alarm comes")
	ksSize := flag.Int("m", 0, "of ks only the table of this reference size")
	series := flag.String("series", "", "check only series whose name begins so")
	flag.Parse()
	modes := []string{detectors.Frozen, detectors.Rolling}
	if *mode != "" {
		modes = []string{*mode}
	}
	if *late {
		delays(os.Stdout, *runs, 1e4)
		return
	}
	if *check {
		names := checked()
		if *only != "" {
			names = []string{*only}
		}
		checkRunLengths(os.Stdout, names, begins(processes(), *series), modes, *runs, *arl0, 10**arl0)
		return
	}
	arl0s := append(slices.Clone(shortARL0s), longARL0s...)
	if *short {
		arl0s = shortARL0s
	}
	printTables(os.Stdout, arl0s, *only, *ksSize, *runs, *horizon, modes)
}

func printTables(w io.Writer, arl0s []float64, only string, ksSize, runs, horizon int, modes []string) {
	square := func(z float64, _ int) float64 { return z * z }
	if only == "" || only == "zmean" {
		fmt.Fprintln(w, "var zmeanTable = runLengthTable{")
		rows(w, arl0s, modes, plan{"zmean", 500, 0, runs, horizon}, []int{6, 12, 24, 48, 96}, square)
		fmt.Fprintln(w, "}")
	}
	if only == "" || only == "ewma" {
		fmt.Fprintln(w, "var ewmaTable = runLengthTable{")
		sizes(w, arl0s, modes, plan{"ewma", 0, 64, runs, horizon}, square)
		fmt.Fprintln(w, "}")
	}
	if only == "" || only == "cusum" {
		fmt.Fprintln(w, "var cusumTable = runLengthTable{")
		sizes(w, arl0s, modes, plan{"cusum", 0, 128, runs, horizon}, func(h float64, _ int) float64 { return h })
		fmt.Fprintln(w, "}")
	}
	if only == "" || only == "psi" {
		fmt.Fprintln(w, "var psiTable = runLengthTable{")
		rows(w, arl0s, modes, plan{"psi", 500, 0, runs, horizon}, []int{50, 100, 200, 500}, func(x float64, window int) float64 {
			return x / (1/float64(window) + 1.0/500)
		})
		fmt.Fprintln(w, "}")
	}
	if only == "" || only == "zscore" {
		crossings(w)
	}
	if only == "" || only == "ks" {
		printKS(w, arl0s, ksSize, runs, horizon, modes)
	}
}

func printKS(w io.Writer, arl0s []float64, only, runs, horizon int, modes []string) {
	fmt.Fprintln(w, "var ksTables = []ksTable{")
	for _, m := range []int{50, 200, 500, 2000} {
		if only > 0 && m != only {
			continue
		}
		fmt.Fprintf(w, "{m: %d, runLengthTable: runLengthTable{\n", m)
		rows(w, arl0s, modes, plan{"ks", m, 0, runs, horizon}, []int{50, 100, 200, 500}, func(d float64, window int) float64 {
			if m == 500 {
				fmt.Fprintf(os.Stderr, "D at %d/%d: %.4f\n", m, window, d)
			}
			// D moves in steps; a level half a step lower is passed by the same values, whatever the rounding.
			d -= 0.5 / float64(leastCommonMultiple(m, window))
			return d * d * float64(m*window) / float64(m+window)
		})
		fmt.Fprintln(w, "}},")
	}
	fmt.Fprintln(w, "}")
}

// sizes prints the fields of a table whose rows are sizes of the baseline.
func sizes(w io.Writer, arl0s []float64, modes []string, p plan, scale func(level float64, m int) float64) {
	sizes := []int{50, 200, 500, 2000}
	fmt.Fprintf(w, "windows: %#v, arl0: %#v, level: [][]float64{\n", sizes, arl0s)
	for _, p.m = range sizes {
		row(w, arl0s, modes, p, func(level float64) float64 { return scale(level, p.m) }, p.m)
	}
	fmt.Fprintln(w, "},")
}

// rows prints the fields of a table: its axes and one row a window, brought to the table's scale.
func rows(w io.Writer, arl0s []float64, modes []string, p plan, windows []int, scale func(level float64, window int) float64) {
	fmt.Fprintf(w, "windows: %#v, arl0: %#v, level: [][]float64{\n", windows, arl0s)
	for _, p.window = range windows {
		row(w, arl0s, modes, p, func(level float64) float64 { return scale(level, p.window) }, p.window)
	}
	fmt.Fprintln(w, "},")
}

func row(w io.Writer, arl0s []float64, modes []string, p plan, scale func(float64) float64, label int) {
	fmt.Fprint(w, "{")
	for i, level := range simulate(p, arl0s, modes) {
		if i > 0 {
			fmt.Fprint(w, ", ")
		}
		fmt.Fprintf(w, "%.4g", scale(level))
	}
	fmt.Fprintf(w, "}, // %d\n", label)
}

func leastCommonMultiple(a, b int) int {
	g, r := a, b
	for r != 0 {
		g, r = r, g%r
	}
	return a / g * b
}
