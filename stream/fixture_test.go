package stream

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// testJudging is the default judging with small baselines, so that everything happens within a short input.
func testJudging(t testing.TB) *Judging {
	t.Helper()
	c := DefaultConfig()
	c.Remember = 8
	baseline := detectors.BaselineConfig{Size: 500, MinN: 20, Mode: detectors.Rolling}
	var series, group []Named
	for _, name := range []string{"zscore", "zmean", "ks", "psi"} {
		series = append(series, Named{name, maker(t, name)})
	}
	group = append(group, Named{"iforest", maker(t, "iforest")})
	ac := alerts.Default()
	ac.Limit.Profile = alerts.ProfileOriginal
	ac.Silent.After = 30 * time.Second
	plan := Plan{Series: map[record.Kind][]Named{record.Result: series, record.Control: series, record.Telemetry: series}, Group: group}
	return NewJudging(c, plan, baseline, ac, time.UTC, NewMetrics())
}

func maker(t testing.TB, name string) detectors.Maker {
	t.Helper()
	m, err := detectors.Builtin()[name](func(any) error { return nil })
	if err != nil {
		t.Fatalf("make %s: %v", name, err)
	}
	return m
}

func testSeal(_ record.Origin, key, value []byte) []byte { return FrameReject(key, value) }

// laboratory writes a log in which everything happens that the worker knows: two analysers and two sensors, one
// drift, error codes, repeats, corrections, late readings, critical values, failed controls, a calibration, ticks and
// a device that falls silent. It is the same for the same seed.
func laboratory(seed uint64, rounds int) []Message {
	rng := rand.New(rand.NewPCG(seed, 0))
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).UnixNano()
	var log []Message
	offset := int64(0)
	add := func(r *record.Record) {
		r.Origin = record.Origin{Topic: "raw", Offset: offset}
		log = append(log, Message{Topic: "log", Offset: offset, Value: record.AppendBinary(nil, r)})
		offset += 1 + int64(rng.IntN(8)/7) // a transaction's end marker takes an offset now and then
	}
	nan := math.NaN()
	glucose := record.Test{Local: "GLU", LOINC: "2345-7", Name: "Glucose [Mass/volume] in Serum or Plasma"}
	for i := range rounds {
		at := start + int64(i)*int64(time.Second)
		for d := range 2 {
			r := record.Record{Kind: record.Result, Arrived: at, Time: at, ID: fmt.Sprintf("r%d-%d", d, i), Device: fmt.Sprintf("analyser-%d", d),
				Facility: "A", Patient: fmt.Sprint("p", i), Test: glucose, Unit: "mg/dL", Expected: nan, TargetSD: nan}
			r.Value = record.Value{Kind: record.Number, Number: math.Round(100*(95+3*rng.NormFloat64())) / 100}
			if d == 1 && i > rounds*2/3 {
				r.Value.Number += 9
			}
			if i%10 == 0 {
				r.Patient = "often here" // counts once
			}
			switch rng.IntN(60) {
			case 0:
				add(&r) // and again below: a repeat
			case 1:
				r.Flags |= record.CriticalHigh
				r.Value.Number = 480
			case 2:
				add(&r)
				r.Value.Number++ // a correction
				r.Status = record.Corrected
			case 3:
				r.Time -= int64(48 * time.Hour)
			case 4:
				r.Value = record.Value{Kind: record.Bound, Comparator: "<", Number: 5}
				r.Flags |= record.Censored
			}
			add(&r)
		}
		for d := range 2 {
			if d == 1 && i > rounds/2 && i < rounds/2+90 {
				continue // silent
			}
			r := record.Record{Kind: record.Telemetry, Arrived: at, Time: at, ID: fmt.Sprintf("t%d-%d", d, i), Device: fmt.Sprintf("monitor-%d", d),
				Facility: "B", Expected: nan, TargetSD: nan}
			r.Channels = []record.Channel{
				{Name: "ph_level", Value: math.Round(100*(7.2+.15*rng.NormFloat64())) / 100},
				{Name: "storage_temp_c", Value: math.Round(100*(4+.3*rng.NormFloat64())) / 100},
			}
			switch rng.IntN(80) {
			case 0:
				r.Channels[0] = record.Channel{Name: "ph_level", Value: -999, Flags: record.ErrorCode}
			case 1:
				r.Channels[1].Value = 85
			case 2:
				add(&r)
			}
			add(&r)
		}
		if i%20 == 0 {
			r := record.Record{Kind: record.Control, Arrived: at, Time: at, ID: fmt.Sprintf("q%d", i), Device: "analyser-0", Facility: "A",
				Test: glucose, Unit: "mg/dL", Level: "L1", Expected: 90, TargetSD: 2, Passed: record.Yes}
			r.Value = record.Value{Kind: record.Number, Number: 90 + 2*rng.NormFloat64()}
			if i%100 == 0 {
				r.Value.Number, r.Passed = 99, record.No
			}
			add(&r)
		}
		if i == rounds/4 || i == rounds*5/6 {
			add(&record.Record{Kind: record.Event, Arrived: at, Time: at, ID: fmt.Sprint("e", i), Device: "analyser-1", Facility: "A",
				EventType: record.CalibrationEvent, Severity: "info", Expected: nan, TargetSD: nan})
		}
		if i%5 == 0 {
			add(&record.Record{Kind: record.Tick, Arrived: at, Time: start, Expected: nan, TargetSD: nan})
		}
	}
	return log
}

// said is an output as bytes, so that runs can be compared.
func said(o Output) string {
	s := fmt.Sprintf("%d|%s|%s", o.To, o.Key, o.Value)
	for _, h := range o.Headers {
		s += fmt.Sprintf("|%s=%s", h.Key, h.Value)
	}
	return s
}
