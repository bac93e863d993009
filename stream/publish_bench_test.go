package stream

import (
	"slices"
	"strings"
	"testing"

	"labwatch/record"
)

// judged is what the judge hands to the publisher.
type judged struct {
	reading  record.Record
	scores   []record.Score
	standing record.Standing
}

// benchJudged is one batch of what a worker with anchored baselines publishes.
func benchJudged(b *testing.B) (list []judged) {
	b.Helper()
	w, next := NewWorker(benchJudging(b), nil, testSeal), sequenced(b, newBenchLab().mixed)
	emit := func(Output) {}
	for i := range benchAnchor*benchDevices*5*7/6 + benchBatch {
		if err := w.Process(next(), emit); err != nil {
			b.Fatal(err)
		}
		if i%benchBatch == 0 {
			w.Fit()
		}
		if i < benchAnchor*benchDevices*5*7/6 {
			continue
		}
		one := judged{w.rec, slices.Clone(w.scores), published(w.standing)}
		one.reading.Channels = slices.Clone(w.rec.Channels)
		for _, text := range []*string{&one.reading.Origin.Topic, &one.reading.ID, &one.reading.Device, &one.reading.Facility,
			&one.reading.Patient, &one.reading.Technician, &one.reading.Lot} {
			*text = strings.Clone(*text) // the reading at hand may share bytes with its message
		}
		list = append(list, one)
	}
	return list
}

// BenchmarkPublish is the last step alone: from a judged reading to the message about it.
func BenchmarkPublish(b *testing.B) {
	list := benchJudged(b)
	p := publisher{seal: testSeal}
	bytes := 0
	b.ReportAllocs()
	b.ResetTimer()
	before := benchCPU(b)
	for i := range b.N {
		one := &list[i%len(list)]
		o := p.record(&one.reading, one.scores, one.standing)
		bytes += len(o.Key) + len(o.Value)
		if i%1000 == 999 { // 200 ms at 5,000 a second
			p.slab.reuse()
		}
	}
	b.ReportMetric(float64(benchCPU(b)-before)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(bytes)/float64(b.N), "outB/op")
}
