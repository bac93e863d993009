package record

import "testing"

func BenchmarkAppendJSON(b *testing.B) {
	r, scores := sampleResult()
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendJSON(dst[:0], r, scores, Standing{})
	}
	b.ReportMetric(float64(len(dst)), "bytes")
}
