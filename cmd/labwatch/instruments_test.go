package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var updateSim = flag.Bool("update-sim", false, "rewrite the golden files of the simulator and the reports")

// golden compares got with a file under testdata/simulate.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "simulate", name)
	if *updateSim {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", name, got, want)
	}
}

var simStart = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// messages is the first n messages of a fleet.
func messages(t *testing.T, cfg fleetConfig, n int) ([]simMessage, *fleet) {
	t.Helper()
	if cfg.Start.IsZero() {
		cfg.Start = simStart
	}
	f, err := newFleet(cfg)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]simMessage, n)
	var arena []byte
	for i := range out {
		out[i], arena = f.next(arena)
	}
	return out, f
}

// TestFleetGolden fixes the bytes: a change of the generator that changes what a seed means must be seen.
func TestFleetGolden(t *testing.T) {
	list, _ := messages(t, fleetConfig{Devices: 6, Rate: 10, Seed: 1}, 400)
	var b bytes.Buffer
	seen := [simStreams]int{}
	for _, m := range list {
		if seen[m.Stream]++; seen[m.Stream] <= 3 {
			b.WriteString(m.Stream.String() + " " + string(m.Key) + " " + string(m.Value) + "\n")
		}
	}
	golden(t, "fleet.golden", b.Bytes())
}

func TestFleetIsDeterministic(t *testing.T) {
	cfg := fleetConfig{Devices: 20, Rate: 100, Seed: 5}
	a, _ := messages(t, cfg, 3000)
	b, _ := messages(t, cfg, 3000)
	for i := range a {
		if !bytes.Equal(a[i].Value, b[i].Value) || a[i].Time != b[i].Time {
			t.Fatalf("message %d differs between two runs of one seed:\n%s\n%s", i, a[i].Value, b[i].Value)
		}
	}
	cfg.Seed = 6
	c, _ := messages(t, cfg, 3000)
	if bytes.Equal(a[10].Value, c[10].Value) {
		t.Error("another seed gives the same message")
	}
}

// fieldsOf are the fields of the original's streams.
var fieldsOf = [simStreams][]string{
	{"result_id", "patient_id", "test_code", "result_value", "result_unit", "device_id", "collected_timestamp",
		"resulted_timestamp", "technician_id", "ingestion_timestamp"},
	{"qc_id", "device_id", "test_code", "qc_level", "expected_value", "measured_value", "passed", "timestamp"},
	{"device_id", "log_timestamp", "event_type", "severity", "message", "calibration_date", "maintenance_date"},
	{"sample_id", "facility_id", "batch_id", "ph_level", "storage_temp_c", "dissolved_oxygen_ppm", "turbidity_ntu",
		"timestamp"},
}

func decode(t *testing.T, m simMessage) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(m.Value, &v); err != nil {
		t.Fatalf("%v in %s", err, m.Value)
	}
	return v
}

func TestFleetMessages(t *testing.T) {
	for _, fused := range []bool{false, true} {
		list, _ := messages(t, fleetConfig{Devices: 20, Rate: 1000, Seed: 1, Fused: fused}, 20000)
		ids := map[string]bool{}
		newest := map[string]int64{}
		counts := [simStreams]int{}
		for _, m := range list {
			v := decode(t, m)
			counts[m.Stream]++
			for _, field := range fieldsOf[m.Stream] {
				if _, ok := v[field]; !ok {
					t.Fatalf("no %s in %s", field, m.Value)
				}
			}
			if v["device_id"] != string(m.Key) {
				t.Fatalf("key %s of %s", m.Key, m.Value)
			}
			if kind, ok := v["kind"]; ok != fused || fused && kind != m.Stream.String() {
				t.Fatalf("kind %v, fused %v: %s", kind, fused, m.Value)
			}
			id, _ := v[[...]string{"result_id", "qc_id", "log_id", "sample_id"}[m.Stream]].(string)
			if id == "" || ids[id] {
				t.Fatalf("id %q is missing or not unique: %s", id, m.Value)
			}
			ids[id] = true
			if m.Time < newest[string(m.Key)] {
				t.Fatalf("time goes back on %s", m.Key)
			}
			newest[string(m.Key)] = m.Time
			stamp, _ := v[[...]string{"collected_timestamp", "timestamp", "log_timestamp", "timestamp"}[m.Stream]].(string)
			at, err := time.Parse(time.RFC3339, stamp)
			if err != nil {
				at, err = time.Parse(simZonelessLayout, stamp)
			}
			if err != nil || at.UnixNano() != m.Time {
				t.Fatalf("timestamp %q is not event time %d (%v)", stamp, m.Time, err)
			}
		}
		// 800, 50, 20 and 130 in a thousand; 20,000 draws stay within 5 SD, at most 283.
		for s, want := range [simStreams]int{16000, 1000, 400, 2600} {
			if d := counts[s] - want; d < -283 || d > 283 {
				t.Errorf("%d of stream %s, want about %d", counts[s], simStream(s), want)
			}
		}
	}
}

func TestFleetTraps(t *testing.T) {
	odd := func(clean bool) (n int, kinds map[string]int) {
		kinds = map[string]int{}
		list, _ := messages(t, fleetConfig{Devices: 20, Rate: 1000, Seed: 1, Clean: clean}, 40000)
		for _, m := range list {
			if m.Stream != simResults {
				continue
			}
			v := decode(t, m)
			text, unit := v["result_value"].(string), v["result_unit"].(string)
			code, stamp := v["test_code"].(string), v["collected_timestamp"].(string)
			kind := ""
			switch a := findAnalyte(code); {
			case a == nil:
				kind = text
			case strings.ContainsAny(text[:1], "<>"):
				kind = text[:1]
			case text == "HOLD" || text == "-----":
				kind = text
			case strings.Contains(text, ","):
				kind = "comma"
			case unit != a.unit:
				kind = "unit"
			case !strings.HasSuffix(stamp, "Z"):
				kind = "zone"
			}
			if kind != "" {
				n++
				kinds[kind]++
			}
		}
		return n, kinds
	}
	n, kinds := odd(false)
	// 1.9 % of about 32,000 results, less the commas of tests without decimals.
	if n < 400 || n > 750 {
		t.Errorf("%d odd results among 32,000", n)
	}
	for _, kind := range []string{"<", ">", "HOLD", "-----", "comma", "unit", "zone", "Detected", "Not detected"} {
		if kinds[kind] == 0 {
			t.Errorf("never %q: %v", kind, kinds)
		}
	}
	if n, kinds := odd(true); n != 0 {
		t.Errorf("a clean fleet sent %d odd results: %v", n, kinds)
	}
}

// TestFleetDistributions holds the drawn values against the distributions that the original states.
func TestFleetDistributions(t *testing.T) {
	list, _ := messages(t, fleetConfig{Devices: 10, Rate: 1000, Seed: 3, Clean: true}, 100000)
	var channels [len(simChannels)][]float64
	for _, m := range list {
		if m.Stream != simTelemetry {
			continue
		}
		v := decode(t, m)
		for i, c := range simChannels {
			x := v[c.name].(float64)
			if x < c.low || x > c.high {
				t.Fatalf("healthy %s of %g lies outside %g to %g", c.name, x, c.low, c.high)
			}
			channels[i] = append(channels[i], x)
		}
	}
	for i, c := range simChannels {
		mean, sd := meanSD(channels[i])
		n := float64(len(channels[i]))
		// The draw again at three SD takes 1.3 % off the spread of oxygen, at most; 5 standard errors besides.
		if math.Abs(mean-c.mean) > 5*c.sd/math.Sqrt(n)+0.01*c.sd || math.Abs(sd/c.sd-1) > 0.02+5/math.Sqrt(n) {
			t.Errorf("%s: mean %.3f SD %.3f of %g, want %.3f and %.3f", c.name, mean, sd, n, c.mean, c.sd)
		}
	}
}

func meanSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, math.Sqrt(sd)
}

// TestFleetDue checks the far end: a product of messages and nanoseconds would have overflowed.
func TestFleetDue(t *testing.T) {
	f, err := newFleet(fleetConfig{Devices: 1, Rate: 20000, Start: simStart})
	if err != nil {
		t.Fatal(err)
	}
	const days = 3650
	if got := f.due(days * 86400 * 20000); got != simStart.Add(days*24*time.Hour).UnixNano() {
		t.Error(time.Unix(0, got))
	}
	if got := f.due(30); got != simStart.Add(time.Millisecond).UnixNano() { // 1.5 ms, in whole ms
		t.Error(time.Unix(0, got))
	}
}

func TestFleetOfOne(t *testing.T) {
	list, _ := messages(t, fleetConfig{Devices: 1, Rate: 10, Seed: 1}, 500)
	if slices.ContainsFunc(list, func(m simMessage) bool { return m.Stream == simTelemetry }) {
		t.Error("one analyser sends telemetry")
	}
	if _, err := newFleet(fleetConfig{Devices: 0, Rate: 10}); err == nil {
		t.Error("a fleet of none was made")
	}
}

func BenchmarkFleet(b *testing.B) {
	f, err := newFleet(fleetConfig{Devices: 1000, Rate: 20000, Seed: 1, Start: simStart})
	if err != nil {
		b.Fatal(err)
	}
	arena := make([]byte, 0, 1<<20)
	b.ReportAllocs()
	for b.Loop() {
		if len(arena) > 1<<19 {
			arena = arena[:0]
		}
		_, arena = f.next(arena)
	}
}
