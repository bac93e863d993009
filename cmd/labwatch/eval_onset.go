package main

import (
	"math"
	"slices"
)

const (
	onsetWarm  = 100 // scores to know before one can be called rare
	onsetQuiet = 200 // records for which only a greater score speaks again
)

// rarity is how rare each of a row's scores is among the earlier ones of the same series, so that one threshold means
// the same for every series. It knows the past alone. NaN gives 0.
//
// It is -log10 of the conformal p-value (1 + earlier scores at least as great)/(n + 1). Beyond the resolution of
// ranks it grows with the distance from the 99th percentile, in units of that percentile's distance from the median.
func rarity(scores []float64) []float64 {
	rare := make([]float64, len(scores))
	var past []float64 // sorted
	for i, s := range scores {
		if math.IsNaN(s) {
			continue
		}
		at, _ := slices.BinarySearch(past, s)
		if n := len(past); n >= onsetWarm {
			top, middle := past[n*99/100], past[n/2]
			rare[i] = -math.Log10(float64(1+n-at) / float64(n+1))
			if s > top {
				rare[i] += math.Min((s-top)/math.Max(top-middle, math.SmallestNonzeroFloat64), math.MaxFloat32)
			}
		}
		past = slices.Insert(past, at, s)
	}
	return rare
}

// onsets keeps only what is rarer than all of the last onsetQuiet records: a long anomaly is told once, as alerts are.
func onsets(rare []float64) []float64 {
	out := make([]float64, len(rare))
	for i, v := range rare {
		if v > slices.Max(append(rare[max(0, i-onsetQuiet):i:i], 0)) {
			out[i] = v
		}
	}
	return out
}
