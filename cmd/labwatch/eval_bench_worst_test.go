package main

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkJudgeWorst tells the slowest single records of a device's first 7000: those that warm up, grow a tree or anchor a
// baseline. Judging
// is the same work each time, so the shortest time of a record over some runs is what it costs, and the rest is what
// else the machine did meanwhile. One operation is a few runs.
func BenchmarkJudgeWorst(b *testing.B) {
	const measured, runs = 7000, 4
	for _, channels := range []int{1, 6, 20} {
		b.Run(fmt.Sprintf("all/channels=%d", channels), func(b *testing.B) {
			shortest := slices.Repeat([]time.Duration{time.Hour}, measured)
			for b.Loop() {
				for range runs {
					j, rows, verdicts := benchPanels(b, "", channels)
					for i := range measured {
						start := time.Now()
						j.judge(benchTime(i), rows[i], verdicts)
						shortest[i] = min(shortest[i], time.Since(start))
					}
				}
			}
			slices.Sort(shortest)
			b.ReportMetric(float64(shortest[measured/2]), "p50-ns")
			b.ReportMetric(float64(shortest[measured*99/100]), "p99-ns")
			b.ReportMetric(float64(shortest[measured-1]), "worst-ns")
		})
	}
}
