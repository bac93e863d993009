package main

import (
	"cmp"
	"math"
	"slices"
)

// auc is the area under the receiver operating characteristic: the chance that an anomalous record scores above a
// normal one, ties counting half (Mann & Whitney's U by mean ranks). Records whose score is NaN do not count. It is
// NaN where either kind is missing.
func auc(scores []float64, truth []bool) float64 {
	order := make([]int, 0, len(scores))
	for i, v := range scores {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	ranks, positive := 0.0, 0.0
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && scores[order[to]] == scores[order[from]] {
			to++
		}
		rank := float64(from+to+1) / 2 // mean of from+1..to
		for _, i := range order[from:to] {
			if truth[i] {
				ranks += rank
				positive++
			}
		}
		from = to
	}
	negative := float64(len(order)) - positive
	if positive == 0 || negative == 0 {
		return math.NaN()
	}
	return (ranks - positive*(positive+1)/2) / (positive * negative)
}

// thresholdAt is the lowest score that, as a threshold, alarms on at most the share far of all normal records, those
// without a score included. It is +Inf where no score does.
func thresholdAt(far float64, scores []float64, truth []bool) float64 {
	var normal, all []float64
	total := 0
	for i, v := range scores {
		if !truth[i] {
			total++
		}
		if math.IsNaN(v) {
			continue
		}
		all = append(all, v)
		if !truth[i] {
			normal = append(normal, v)
		}
	}
	slices.Sort(normal)
	slices.Sort(all)
	allowed := int(math.Floor(far * float64(total)))
	if len(normal) <= allowed {
		return math.Inf(-1) // even all of them are few enough
	}
	worst := normal[len(normal)-1-allowed] // the greatest normal score that must stay quiet
	i, _ := slices.BinarySearchFunc(all, worst, func(v, w float64) int {
		if v > w {
			return 1
		}
		return -1
	})
	if i == len(all) {
		return math.Inf(1)
	}
	return all[i]
}

// evalCounts is a confusion matrix.
type evalCounts struct{ tp, fp, fn, tn int }

func confusion(alarm func(i int) bool, truth []bool) (c evalCounts) {
	for i, anomaly := range truth {
		switch hit := alarm(i); {
		case hit && anomaly:
			c.tp++
		case hit:
			c.fp++
		case anomaly:
			c.fn++
		default:
			c.tn++
		}
	}
	return c
}

// share is a/b, NaN of nothing.
func share(a, b int) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// f1 is the harmonic mean of precision and recall; NaN without anomalies.
func (c evalCounts) f1() float64 {
	if c.tp+c.fn == 0 {
		return math.NaN()
	}
	return share(2*c.tp, 2*c.tp+c.fp+c.fn)
}

// far is the share of normal records in alarm, mar that of anomalous ones missed.
func (c evalCounts) far() float64 { return share(c.fp, c.fp+c.tn) }
func (c evalCounts) mar() float64 { return share(c.fn, c.fn+c.tp) }
