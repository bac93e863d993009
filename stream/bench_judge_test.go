package stream

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"labwatch/detectors"
	"labwatch/record"
)

// BenchmarkJudgeNumber is what one number of one series costs, without the record around it: score, decide, learn. The
// larger the fleet, the more of it is fetching from memory what the series has learned.
func BenchmarkJudgeNumber(b *testing.B) {
	for _, devices := range []int{100, 500} {
		for _, kind := range []record.Kind{record.Result, record.Telemetry} {
			b.Run(fmt.Sprintf("%s/devices=%d", kind, devices), func(b *testing.B) { benchJudgeNumber(b, kind, devices) })
		}
	}
}

// benchWarmUpSeries is a function of its own for the sake of profiles.
func benchWarmUpSeries(numbers int, one func()) {
	for range numbers {
		one()
	}
}

func benchJudgeNumber(b *testing.B, kind record.Kind, devices int) {
	const analytes = 5
	w := NewWorker(benchJudging(b), nil, testSeal)
	fleet := make([]*device, devices)
	for i := range fleet {
		fleet[i] = newDevice(&card{name: fmt.Sprintf("device-%04d", i)})
	}
	var names, patients []string
	for i := range analytes {
		names = append(names, fmt.Sprintf("analyte %d", i))
	}
	for i := range 997 {
		patients = append(patients, fmt.Sprintf("p1.bench.%064d", i))
	}
	r := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, 99_991)
	for i := range values {
		if values[i] = 95 + 5*r.NormFloat64(); kind == record.Result { // sensors have more digits
			values[i] = math.Round(values[i]*10) / 10
		}
	}
	emit := func(Output) {}
	at, n := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).UnixNano(), 0
	one := func() {
		d := fleet[n/analytes%devices]
		about := subject{at: at, kind: kind, series: names[n%analytes], unit: "mmol/L", test: record.Test{Local: names[n%analytes]}, device: d.name}
		if kind == record.Result {
			about.patient = patients[n%len(patients)]
		}
		w.scores, w.standing = w.scores[:0], detectors.Standing{}
		w.judgeNumber(d, &about, values[n%len(values)], false, false, emit)
		at += int64(200 * time.Microsecond)
		n++
	}
	benchWarmUpSeries(600*devices*analytes, one)
	b.ReportAllocs()
	before := benchCPU(b)
	b.ResetTimer()
	for range b.N {
		one()
	}
	b.ReportMetric(float64(benchCPU(b)-before)/float64(b.N), "cpu-ns/op")
}
