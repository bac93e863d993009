package main

import (
	"math"
	"slices"
)

// auc is the area under the receiver operating characteristic: the chance that an anomalous record scores above a
// normal one, ties counting half (Mann & Whitney's U). Records whose score is NaN do not count. It is NaN where either
// kind is missing. Only the anomalous ones are sorted, of which there are few.
func auc(scores []float64, truth []bool) float64 {
	var anomalous []float64
	for i, v := range scores {
		if truth[i] && !math.IsNaN(v) {
			anomalous = append(anomalous, v)
		}
	}
	slices.Sort(anomalous)
	above, normal := 0.0, 0
	for i, v := range scores {
		if truth[i] || math.IsNaN(v) {
			continue
		}
		normal++
		from, tied := slices.BinarySearch(anomalous, v)
		to := from
		if tied {
			to, _ = slices.BinarySearch(anomalous, math.Nextafter(v, math.Inf(1)))
			if math.IsInf(v, 1) {
				to = len(anomalous)
			}
		}
		above += float64(len(anomalous)-to) + float64(to-from)/2
	}
	if len(anomalous) == 0 || normal == 0 {
		return math.NaN()
	}
	return above / (float64(len(anomalous)) * float64(normal))
}

// thresholdAt is the lowest score that, as a threshold, alarms on at most the share far of all normal records, those
// without a score included. It is +Inf where no score does.
func thresholdAt(far float64, scores []float64, truth []bool) float64 {
	var normal []float64
	total := 0
	for i, v := range scores {
		if truth[i] {
			continue
		}
		total++
		if !math.IsNaN(v) {
			normal = append(normal, v)
		}
	}
	slices.Sort(normal)
	allowed := int(math.Floor(far * float64(total)))
	if len(normal) <= allowed {
		return math.Inf(-1) // even all of them are few enough
	}
	worst, lowest := normal[len(normal)-1-allowed], math.Inf(1) // worst is the greatest normal score that must stay quiet
	for _, v := range scores {
		if v > worst {
			lowest = min(lowest, v)
		}
	}
	return lowest
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
