package main

import "slices"

// onsetQuiet is the number of records for which only a greater score speaks again.
const onsetQuiet = 200

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
