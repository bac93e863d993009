package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"labwatch/config"
	"labwatch/detectors"
	"labwatch/record"
	"labwatch/stream"
)

// TestMemoryEstimate holds the estimate against what the engine really keeps of a fleet that has its references.
func TestMemoryEstimate(t *testing.T) {
	const devices, analytes, readings = 12, 5, 1100
	cfg, _, err := config.Read("", nil)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := record.NewEphemeralKeyring(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEngine(cfg, keys)
	if err != nil {
		t.Fatal(err)
	}
	w := e.worker(true)
	before := heap()
	rng := rand.New(rand.NewPCG(1, 2))
	at, offset := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), int64(0)
	// Without patients: the tokens that are remembered of them are as many for every fleet.
	codes := []string{"2345-7", "2823-3", "2951-2", "2075-0", "3094-0"}
	for n := range readings {
		if n == readings/2-100 { // from now on each series has a former baseline too
			for d := range devices {
				text := fmt.Sprintf(`{"device_id":"analyser-%d","log_timestamp":%q,"event_type":"calibration"}`, d, at.Format(time.RFC3339))
				must(0, w.Process(stream.Message{Topic: "lab.logs", Offset: offset, Value: []byte(text)}, func(stream.Output) {}))
				offset++
			}
		}
		at = at.Add(time.Minute)
		for d := range devices {
			for _, code := range codes[:analytes] {
				text := fmt.Sprintf(`{"result_id":"r%d","test_code":%q,"result_value":"%.2f","result_unit":"mmol/L","device_id":"analyser-%d","collected_timestamp":%q,"resulted_timestamp":%q}`,
					offset, code, 100+3*rng.NormFloat64(), d, at.Format(time.RFC3339), at.Format(time.RFC3339))
				must(0, w.Process(stream.Message{Topic: "lab.results", Offset: offset, Value: []byte(text)}, func(stream.Output) {}))
				offset++
			}
		}
		if n%10 == 0 {
			w.Committed(0)
		}
	}
	w.Committed(0)
	got, want := heap()-before, estimateMemory(cfg, devices, analytes)
	t.Logf("live %d bytes, estimated %d: %s", got, want.Live, want)
	if ratio := float64(want.Live) / float64(got); ratio < 0.8 || ratio > 1.6 {
		t.Errorf("estimated %d bytes, the engine holds %d: ratio %.2f", want.Live, got, ratio)
	}
	runtime.KeepAlive(w)
}

// TestForestBytes sets the estimate beside what the heap grows by with a forest and its stored state.
func TestForestBytes(t *testing.T) {
	cfg, _, err := config.Read("", nil)
	if err != nil {
		t.Fatal(err)
	}
	const forests, channels = 4, 6
	group := cfg.Plan().Group
	before := heap()
	rng := rand.New(rand.NewPCG(4, 4))
	var held []any
	for i := range forests {
		for _, n := range group {
			d := n.Make(detectors.Env{Rand: rand.NewPCG(5, uint64(i))})
			for at := range 5000 {
				s := detectors.Sample{At: int64(at+1) * 60e9, Values: make([]float64, channels)}
				for c := range s.Values {
					s.Values[c] = 7 + rng.ExpFloat64()
				}
				d.Score(s)
				d.Learn(s)
			}
			state, err := d.MarshalBinary()
			must(0, err)
			held = append(held, d, state)
		}
	}
	got, want := (heap()-before)/forests, forestBytes(group, channels)
	t.Logf("live %d bytes a forest, estimated %d", got, want)
	if ratio := float64(want) / float64(got); ratio < 0.8 || ratio > 1.6 {
		t.Errorf("estimated %d bytes, a forest holds %d: ratio %.2f", want, got, ratio)
	}
	runtime.KeepAlive(held)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
