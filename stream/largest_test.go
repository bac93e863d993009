package stream

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// TestLargestSeries: a series of numbers that never repeat, with all detectors, an open alert of each and a former baseline,
// takes no more than MostSeries counts for it at any time.
func TestLargestSeries(t *testing.T) {
	var all []Named
	for _, name := range slices.Sorted(maps.Keys(detectors.Builtin())) {
		if name != "iforest" { // of vectors
			all = append(all, Named{name, maker(t, name)})
		}
	}
	for _, size := range []int{100, 500, 5000} {
		plan := Plan{Series: map[record.Kind][]Named{record.Telemetry: all}}
		j := NewJudging(DefaultConfig(), plan, detectors.BaselineConfig{Size: size, MinN: 20, Mode: detectors.Rolling}, alerts.Default(), time.UTC, NewMetrics())
		s := newSeries(j, record.Telemetry, "analyser", "channel")
		s.unit, s.test = together("10*3/uL", record.Test{Local: "a code of the analyser's own", LOINC: "2345-7", Name: "Glucose [Mass/volume] in Serum or Plasma"})
		rng, most := rand.New(rand.NewPCG(1, 1)), 0
		for i := range 6 * size {
			sample := detectors.Sample{At: int64(i+1) * 60e9, Values: []float64{100 + rng.NormFloat64()}}
			for k, d := range s.dets {
				score, _ := d.Score(sample)
				*s.state(k) = alerts.State{Phase: alerts.Open, ID: alerts.ID{255}, Newest: sample.At, Peak: score}
			}
			s.learn(sample)
			if i == 3*size {
				s.former = &former{baseline: s.baseline.Former(), ended: make([]alerts.ID, len(all))}
				s.baseline.Reset(sample.At)
			}
			if i%50 == 0 || i%size == size-1 {
				most = max(most, len(s.append(nil, all)))
			}
		}
		if bound := valueBytes*size + learnedBytes; most > bound || most < bound/2 {
			t.Errorf("size %d: a series takes %d bytes, %d are counted for it", size, most, bound)
		}
	}
}

// TestSeriesThatDoNotFit: a device takes no more series than fit its snapshot, whatever judge.max_series says.
func TestSeriesThatDoNotFit(t *testing.T) {
	c := DefaultConfig()
	c.MaxSeries = 1000
	plan := Plan{Series: map[record.Kind][]Named{record.Telemetry: {{"zscore", maker(t, "zscore")}}}}
	baseline := detectors.BaselineConfig{Size: 5000, MinN: 20, Mode: detectors.Rolling}
	j := NewJudging(c, plan, baseline, alerts.Default(), time.UTC, NewMetrics())
	r := record.Record{Kind: record.Telemetry, Arrived: 60e9, Time: 60e9, ID: "t", Device: "large", Expected: math.NaN(), TargetSD: math.NaN()}
	for i := range c.MaxSeries {
		r.Channels = append(r.Channels, record.Channel{Name: fmt.Sprint("channel-", i), Value: 1})
	}
	w := NewWorker(j, nil, nil)
	if err := w.Process(Message{Value: record.AppendBinary(nil, &r)}, func(Output) {}); err != nil {
		t.Fatal(err)
	}
	n := w.devices["large"].held.series.len()
	if want := c.MostSeries(baseline); n != want || n > 110 || n < 90 {
		t.Errorf("it has %d series, want %d", n, want)
	}
}
