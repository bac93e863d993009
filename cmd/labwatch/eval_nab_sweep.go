package main

import (
	"cmp"
	"math"
	"slices"
)

// The scoring of the Numenta Anomaly Benchmark, written from its published description: Lavin & Ahmad, Evaluating
// Real-Time Anomaly Detection Algorithms (ICMLA 2015, arXiv 1510.03336), section II, and the benchmark's scoring page.

// nabProfile weighs found windows, false positives and missed windows.
type nabProfile struct{ tp, fp, fn float64 }

// The benchmark's profiles.
var (
	nabStandard = nabProfile{tp: 1, fp: 0.11, fn: 1}
	nabLowFP    = nabProfile{tp: 1, fp: 0.22, fn: 1}
	nabLowFN    = nabProfile{tp: 1, fp: 0.11, fn: 2}
)

// nabPoint is one record that counts: its score, what an alarm on it is worth, and the window it lies in, -1 for none.
type nabPoint struct {
	score, worth float64
	window       int
}

const (
	nabProbation    = 0.15 // share of a file that is for learning and does not count
	nabLongest      = 5000 // records of a file that the share is taken of, at most
	nabFarAfter     = 3.0  // window widths after which a false positive counts in full
	nabSteepness    = 5.0
	nabEarliest     = -1.0 // position of the first record of a window
	nabOutside      = -1
	nabOnProbation  = -2
	nabWorstOutside = -1.0
)

// nabSigmoid is the worth of an alarm at a position relative to a window: -1 at its first record, 0 past its last,
// and growing after it. From 0.987 through 0 down to -1.
func nabSigmoid(position float64) float64 {
	if position > nabFarAfter {
		return nabWorstOutside
	}
	return 2/(1+math.Exp(nabSteepness*position)) - 1
}

// nabPoints gives a file's records their worth. windows are in order; to is the last record in one, plus one. first
// is the number of the file's first window in the corpus.
func nabPoints(scores []float64, windows []evalEvent, first int, p nabProfile) []nabPoint {
	points := make([]nabPoint, len(scores))
	probation := min(math.Floor(nabProbation*float64(len(scores))), nabProbation*nabLongest)
	w := 0 // the window that is next, or that i is in
	for i, score := range scores {
		for w < len(windows) && i >= windows[w].to {
			w++
		}
		pt := nabPoint{score: score, window: nabOutside, worth: nabWorstOutside * p.fp}
		switch {
		case w < len(windows) && i >= windows[w].from:
			width := float64(windows[w].to - windows[w].from)
			pt.window = first + w
			pt.worth = nabSigmoid(-float64(windows[w].to-i)/width) / nabSigmoid(nabEarliest) * p.tp
		case w > 0:
			last := windows[w-1]
			past := float64(i - (last.to - 1))
			pt.worth = nabSigmoid(past/math.Max(float64(last.to-last.from-1), 1)) * p.fp
		}
		if float64(i) < probation {
			pt.window = nabOnProbation
		}
		points[i] = pt
	}
	return points
}

// nabBest is the best sum over thresholds, and the threshold; +Inf says that silence is best. Each false positive
// counts, of a window only its most valuable alarm.
func nabBest(points []nabPoint, p nabProfile) (best, threshold float64) {
	points = slices.DeleteFunc(slices.Clone(points), func(pt nabPoint) bool { return pt.window == nabOnProbation })
	slices.SortStableFunc(points, func(a, b nabPoint) int { return cmp.Compare(b.score, a.score) })
	sum := nabNull(points, p)
	best, threshold = sum, math.Inf(1)
	found := map[int]float64{}
	for i, pt := range points {
		switch got, seen := found[pt.window]; {
		case pt.window == nabOutside:
			sum += pt.worth
		case !seen:
			found[pt.window] = math.Max(-p.fn, pt.worth)
			sum += found[pt.window] + p.fn
		case pt.worth > got:
			found[pt.window] = pt.worth
			sum += pt.worth - got
		}
		if (i+1 == len(points) || points[i+1].score != pt.score) && sum > best {
			best, threshold = sum, pt.score
		}
	}
	return best, threshold
}

// nabNull is the sum of a detector that says nothing: every window that counts is missed.
func nabNull(points []nabPoint, p nabProfile) float64 {
	windows := map[int]bool{}
	for _, pt := range points {
		if pt.window >= 0 {
			windows[pt.window] = true
		}
	}
	return -p.fn * float64(len(windows))
}

// nabScore puts the best sum on the benchmark's scale: 0 for silence, 100 when every one of windows is found at its
// first record and nothing else. NaN without windows.
func nabScore(points []nabPoint, windows int, p nabProfile) (score, threshold float64) {
	if windows == 0 {
		return math.NaN(), math.Inf(1)
	}
	null := nabNull(points, p)
	best, threshold := nabBest(points, p)
	return 100 * (best - null) / (p.tp*float64(windows) - null), threshold
}
