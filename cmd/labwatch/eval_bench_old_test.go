package main

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// BenchmarkJudgeOld compares the 10,000,000th record of a device with another one's 100,000th, all detectors together:
// what a record costs must not grow. The two take turns of 10,000 records, so that whatever else the machine does falls
// on both. One operation is a turn of each, 20,000 records. It warms up for some minutes: with
// LABWATCH_LONG=1, as `make bench-long` sets.
func BenchmarkJudgeOld(b *testing.B) {
	const old, turn = 10_000_000, 10_000
	if os.Getenv("LABWATCH_LONG") == "" {
		b.Skip("SKIPPED: LABWATCH_LONG is not set")
	}
	for _, channels := range []int{1, 6, 20} {
		b.Run(fmt.Sprintf("all/channels=%d", channels), func(b *testing.B) {
			var took [2]time.Duration
			var judges [2]*evalJudge
			at := [2]int{benchYoung, old}
			_, rows, verdicts := benchPanels(b, "", channels)
			for k := range judges {
				judges[k], _, _ = benchPanels(b, "", channels)
				benchFeed(judges[k], rows, verdicts, 0, at[k])
			}
			b.ReportAllocs()
			done := 0
			for b.Loop() {
				done += turn
				for k, j := range judges {
					before := benchCPU(b)
					benchFeed(j, rows, verdicts, at[k], at[k]+turn)
					took[k] += benchCPU(b) - before
					at[k] += turn
				}
			}
			b.ReportMetric(float64(took[0])/float64(done), "young-cpu-ns")
			b.ReportMetric(float64(took[1])/float64(done), "old-cpu-ns")
			b.ReportMetric(float64(took[1])/float64(took[0]), "old/young")
		})
	}
}
