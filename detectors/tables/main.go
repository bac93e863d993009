// Command tables simulates the run lengths of the window detectors and prints the tables that are pasted
// into the package detectors. Run it with `go run ./detectors/tables`; it is seeded and prints the same
// numbers each time. With -check it prints instead how long the detectors really run to a false alarm with
// the tables that are compiled in. -only NAME takes one detector.
//
// Measured on 2026-11-23 with -check -arl0 10000 -runs 150, each series to its first alarm on a baseline of 500,
// at most ten run lengths; as multiples of the run length asked for, in readings that count, with a standard
// error of 8 %:
//
//	                                 zscore   zmean    ewma   cusum      ks     psi
//	normal                  frozen     1.13    0.99    0.95    1.18    1.22    0.96
//	normal                  rolling    0.85    0.87    1.04    1.05    1.03    0.90
//	log-normal 0.5          frozen     1.13    0.99    0.95    1.18    1.22    0.96
//	log-normal 0.5          rolling    0.85    0.87    1.04    1.05    1.03    0.90
//	log-normal 1            frozen     1.42    0.99    0.95    1.18    1.22    0.96
//	log-normal 1            rolling    0.93    0.87    1.04    1.05    1.03    0.90
//	integers, sd 4          frozen     1.17    1.05    1.02    1.19    1.35    1.15
//	integers, sd 4          rolling    0.89    0.90    0.95    0.99    1.08    1.14
//	steps of 0.01, sd 0.02  frozen     1.66    1.07    1.01    1.17    1.39    1.47
//	steps of 0.01, sd 0.02  rolling    0.84    0.89    0.97    1.08    1.15    1.35
//	AR(1) 0.5               frozen     1.04    1.61    1.73    1.92    1.47    1.12
//	AR(1) 0.5               rolling    1.04    0.93    1.01    1.04    0.96    0.98
//	AR(1) 0.9               frozen     2.41    1.56    1.82    1.74    1.62    1.12
//	AR(1) 0.9               rolling    2.28    0.75    1.03    0.97    1.22    0.97
//
// zscore judges every reading; correlated ones pass its limit in rows, and the first passage is late. A frozen
// baseline of an unlucky draw is quiet for long, which lifts the mean; a rolling one draws again and again.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"labwatch/detectors"
)

var arl0s = []float64{1e3, 1e4, 1e5, 1e6}

func main() {
	runs := flag.Int("runs", 300, "series per setting, each with a baseline of its own")
	horizon := flag.Int("horizon", 150_000, "records per series")
	check := flag.Bool("check", false, "measure the realised run lengths instead")
	arl0 := flag.Float64("arl0", 1e4, "run length to check")
	mode := flag.String("mode", "", "frozen or rolling baselines only")
	only := flag.String("only", "", "one detector only")
	series := flag.String("series", "", "check only series whose name begins so")
	flag.Parse()
	modes := []string{detectors.Frozen, detectors.Rolling}
	if *mode != "" {
		modes = []string{*mode}
	}
	if *check {
		checkRunLengths(os.Stdout, *only, *series, modes, *runs, *arl0)
		return
	}
	printTables(os.Stdout, *only, *runs, *horizon, modes)
}

func printTables(w io.Writer, only string, runs, horizon int, modes []string) {
	square := func(z float64, _ int) float64 { return z * z }
	if only == "" || only == "zmean" {
		fmt.Fprintln(w, "var zmeanTable = runLengthTable{")
		rows(w, modes, plan{"zmean", 500, 0, runs, horizon}, []int{6, 12, 24, 48, 96}, square)
		fmt.Fprintln(w, "}")
	}
	if only == "" || only == "ewma" {
		fmt.Fprintln(w, "var ewmaTable = runLengthTable{")
		sizes(w, modes, plan{"ewma", 0, 64, runs, horizon}, square)
		fmt.Fprintln(w, "}")
	}
	if only == "" || only == "cusum" {
		fmt.Fprintln(w, "var cusumTable = runLengthTable{")
		sizes(w, modes, plan{"cusum", 0, 64, runs, horizon}, func(h float64, _ int) float64 { return h })
		fmt.Fprintln(w, "}")
	}
	if only == "" || only == "psi" {
		fmt.Fprintln(w, "var psiTable = runLengthTable{")
		rows(w, modes, plan{"psi", 500, 0, runs, horizon}, []int{50, 100, 200, 500}, func(x float64, window int) float64 {
			return x / (1/float64(window) + 1.0/500)
		})
		fmt.Fprintln(w, "}")
	}
	if only == "" || only == "ks" {
		printKS(w, runs, horizon, modes)
	}
}

func printKS(w io.Writer, runs, horizon int, modes []string) {
	fmt.Fprintln(w, "var ksTables = []ksTable{")
	for _, m := range []int{200, 500, 2000} {
		fmt.Fprintf(w, "{m: %d, runLengthTable: runLengthTable{\n", m)
		rows(w, modes, plan{"ks", m, 0, runs, horizon}, []int{50, 100, 200, 500}, func(d float64, window int) float64 {
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
func sizes(w io.Writer, modes []string, p plan, scale func(level float64, m int) float64) {
	sizes := []int{50, 200, 500, 2000}
	fmt.Fprintf(w, "windows: %#v, arl0: %#v, level: [][]float64{\n", sizes, arl0s)
	for _, p.m = range sizes {
		row(w, modes, p, func(level float64) float64 { return scale(level, p.m) }, p.m)
	}
	fmt.Fprintln(w, "},")
}

// rows prints the fields of a table: its axes and one row a window, brought to the table's scale.
func rows(w io.Writer, modes []string, p plan, windows []int, scale func(level float64, window int) float64) {
	fmt.Fprintf(w, "windows: %#v, arl0: %#v, level: [][]float64{\n", windows, arl0s)
	for _, p.window = range windows {
		row(w, modes, p, func(level float64) float64 { return scale(level, p.window) }, p.window)
	}
	fmt.Fprintln(w, "},")
}

func row(w io.Writer, modes []string, p plan, scale func(float64) float64, label int) {
	fmt.Fprint(w, "{")
	for i, level := range simulate(p, modes) {
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
