package main

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestParseFault(t *testing.T) {
	faults, err := parseFaults([]string{
		"drift:device=analyser-03,test=GLU,at=30s,shift=1.5sd,ramp=2m",
		"bias:device=analyser-03,test=K,shift=-5%,for=1h",
		"error_code:device=monitor-01,test=ph_level,share=0.1",
		"cold_store:device=monitor-01,at=1m",
		"silent:device=monitor-01",
	})
	if err != nil {
		t.Fatal(err)
	}
	if f := faults[0]; f.Kind != "drift" || f.Device != "analyser-03" || f.Test != "GLU" || f.At != 30*time.Second ||
		f.Shift != (shift{1.5, "sd"}) || f.Ramp != 2*time.Minute {
		t.Errorf("%+v", f)
	}
	if f := faults[1]; f.Shift != (shift{-5, "%"}) || f.For != time.Hour {
		t.Errorf("%+v", f)
	}
	if f := faults[2]; f.Share != 0.1 || f.Value != errorCode {
		t.Errorf("%+v", f)
	}
	if f := faults[3]; f.Value != 85 || f.Test != "storage_temp_c" {
		t.Errorf("%+v", f)
	}
}

// TestParseFaultMistakes wants all mistakes of all faults at once.
func TestParseFaultMistakes(t *testing.T) {
	_, err := parseFaults([]string{
		"melt:device=x",
		"drift:test=GLU,at=soon,shift=none,factor=3,at=1s,loud",
		"noise:device=x,factor=-1",
		"error_code:device=x,test=K,share=2,value=abc",
		"unit_swap:device=x,test=NA",
		"silent:device=x,for=-5s",
	})
	if err == nil {
		t.Fatal("no mistake found")
	}
	for _, want := range []string{
		`fault "melt:device=x": no kind "melt"; the kinds are drift, bias,`,
		`at "soon" is no duration`,
		`shift "none" is no shift`,
		`drift takes no "factor"; it takes device, at, for, test, shift, ramp`,
		`at is set twice`,
		`"loud" is no setting`,
		`device is missing`,
		`factor "-1" must lie above 0`,
		`test is missing`,
		`share "2" must lie above 0`,
		`value "abc" is no number`,
		`unit_swap is known for GLU and GLU_MMOL only`,
		`for "-5s" is no duration`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not said: %s\nin:\n%v", want, err)
		}
	}
}

func TestFaultsThatFitNoDevice(t *testing.T) {
	faults, err := parseFaults([]string{"stuck:device=analyser-99,test=GLU", "stuck:device=analyser-01,test=GLU"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = newFleet(fleetConfig{Devices: 10, Rate: 10, Start: simStart, Faults: faults})
	if err == nil || !strings.Contains(err.Error(), "no device analyser-99 in the fleet; there are analyser-01 to ") ||
		!strings.Contains(err.Error(), " and monitor-01 to monitor-") ||
		!strings.Contains(err.Error(), "analyser-01 does not measure GLU; it measures WBC, RBC, HGB, PLT") {
		t.Error(err)
	}
}

// pair is a message of a run with a fault beside the same message without it.
type pair struct{ clean, spoiled map[string]any }

// TestFaults runs each kind beside the clean run of the same seed. Only messages of the device and test, in the
// time of the fault, may differ, and what the fault did must be what it promises and what it recorded.
func TestFaults(t *testing.T) {
	const n = 30000
	number := func(v map[string]any, field string) float64 {
		if x, ok := v[field].(float64); ok {
			return x
		}
		x, err := strconv.ParseFloat(v[field].(string), 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	moved := func(by float64, field string) func([]pair) string {
		return func(list []pair) string {
			for _, p := range list {
				if field == "result_value" && p.clean["result_value"] == nil {
					continue // a control
				}
				if d := number(p.spoiled, field) - number(p.clean, field); math.Abs(d-by) > 1.01 { // whole mg/dL
					return "moved by " + formatNumber(d)
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		fault, series string
		atLeast       int
		check         func([]pair) string
	}{
		{"drift:device=analyser-03,test=GLU,at=5s,shift=12", "2345-7", 100, moved(12, "result_value")},
		{"drift:device=analyser-03,test=GLU,at=5s,shift=1.5sd", "2345-7", 100, moved(15, "result_value")},
		{"drift:device=analyser-03,test=GLU,at=5s,shift=20,ramp=25s", "2345-7", 100, func(list []pair) string {
			first, last := list[0], list[len(list)-1]
			if number(first.spoiled, "result_value")-number(first.clean, "result_value") > 3 {
				return "a ramp starts at full size"
			}
			return moved(20, "result_value")([]pair{last})
		}},
		{"bias:device=analyser-03,test=GLU,at=5s", "2345-7", 100, func(list []pair) string {
			for _, p := range list {
				if p.clean["measured_value"] == nil {
					continue
				}
				if q := number(p.spoiled, "measured_value") / number(p.clean, "measured_value"); math.Abs(q-1.1) > 0.01 {
					return "control off by " + formatNumber(q)
				}
			}
			return ""
		}},
		{"stuck:device=analyser-03,test=GLU,at=5s", "2345-7", 100, func(list []pair) string {
			for _, p := range list {
				if p.spoiled["result_value"] != list[0].spoiled["result_value"] {
					return "not stuck"
				}
			}
			return ""
		}},
		{"noise:device=monitor-01,test=ph_level,at=5s,factor=4", "ph_level", 200, func(list []pair) string {
			var a, b []float64
			for _, p := range list {
				a, b = append(a, number(p.clean, "ph_level")), append(b, number(p.spoiled, "ph_level"))
			}
			_, sa := meanSD(a)
			_, sb := meanSD(b)
			if math.Abs(sb/sa-4) > 0.05 {
				return "spread times " + formatNumber(sb/sa)
			}
			return ""
		}},
		{"error_code:device=analyser-03,test=GLU,at=5s,for=10s", "2345-7", 50, func(list []pair) string {
			for _, p := range list {
				if p.spoiled["result_value"] != "-999" {
					return "no error code"
				}
			}
			return ""
		}},
		{"error_code:device=monitor-01,test=dissolved_oxygen_ppm,share=0.1", "dissolved_oxygen_ppm", 20, func(list []pair) string {
			for _, p := range list {
				if p.spoiled["dissolved_oxygen_ppm"] != -999.0 {
					return "no error code"
				}
			}
			return ""
		}},
		{"cold_store:device=monitor-01,at=20s", "storage_temp_c", 100, func(list []pair) string {
			for _, p := range list {
				if x := number(p.spoiled, "storage_temp_c"); math.Abs(x-85) > 5*0.3 { // five SD of the channel
					return "temperature " + formatNumber(x)
				}
			}
			return ""
		}},
		{"contamination:device=monitor-01,at=5s,for=5s", "turbidity_ntu,dissolved_oxygen_ppm", 50, func(list []pair) string {
			for _, p := range list {
				if x := number(p.spoiled, "turbidity_ntu"); x < 15 || x > 25 || p.spoiled["dissolved_oxygen_ppm"] != -3.0 {
					return "not contaminated"
				}
			}
			return ""
		}},
		{"unit_swap:device=analyser-03,test=GLU,at=5s", "2345-7", 100, func(list []pair) string {
			for _, p := range list {
				q := number(p.clean, "result_value") / number(p.spoiled, "result_value")
				if p.spoiled["result_unit"] != "mg/dL" || math.Abs(q-18) > 0.4 { // 5.3 is rounded to 0.1
					return "ratio " + formatNumber(q)
				}
			}
			return ""
		}},
		{"unit_swap:device=analyser-02,test=GLU_MMOL,at=5s", "2345-7", 100, func(list []pair) string {
			for _, p := range list {
				if p.spoiled["result_unit"] != "mg/dL" || p.spoiled["result_value"] != p.clean["result_value"] {
					return "not swapped"
				}
			}
			return ""
		}},
	} {
		t.Run(c.fault, func(t *testing.T) {
			faults, err := parseFaults([]string{c.fault})
			if err != nil {
				t.Fatal(err)
			}
			cfg := fleetConfig{Devices: 10, Rate: 1000, Seed: 9, Clean: true}
			clean, _ := messages(t, cfg, n)
			cfg.Faults = faults
			spoiled, f := messages(t, cfg, n)
			begin := simStart.Add(faults[0].At).UnixNano()
			var list []pair
			last := int64(0)
			for i := range clean {
				if bytes.Equal(clean[i].Value, spoiled[i].Value) {
					continue
				}
				if string(clean[i].Key) != faults[0].Device || clean[i].Time < begin {
					t.Fatalf("another message changed:\n%s\n%s", clean[i].Value, spoiled[i].Value)
				}
				list = append(list, pair{decode(t, clean[i]), decode(t, spoiled[i])})
				last = clean[i].Time
			}
			if len(list) < c.atLeast {
				t.Fatalf("%d messages changed, want %d or more", len(list), c.atLeast)
			}
			if text := c.check(list); text != "" {
				t.Error(text)
			}
			truth := f.injections()
			if len(truth) != 1 {
				t.Fatalf("%d injections recorded", len(truth))
			}
			in := truth[0]
			if strings.Join(in.Series, ",") != c.series || in.Kind != faults[0].Kind || in.Device != faults[0].Device ||
				in.From < begin || in.To < last || in.Count < len(list) {
				t.Errorf("recorded %+v; %d messages changed, the last at %s", in, len(list), utc(last))
			}
			if end := begin + int64(faults[0].For); faults[0].For > 0 && in.To >= end {
				t.Errorf("goes on after its end: %s", utc(in.To))
			}
		})
	}
}

func TestSilentAndDuplicate(t *testing.T) {
	faults, err := parseFaults([]string{"silent:device=monitor-01,at=3s,for=2s", "duplicate:device=analyser-01,share=0.5"})
	if err != nil {
		t.Fatal(err)
	}
	list, f := messages(t, fleetConfig{Devices: 10, Rate: 1000, Seed: 9, Faults: faults}, 8000)
	times := map[string]int{}
	var spoke []int64
	for _, m := range list {
		times[string(m.Value)]++
		if string(m.Key) == "monitor-01" {
			spoke = append(spoke, m.Time)
		}
	}
	from, to := simStart.Add(3*time.Second).UnixNano(), simStart.Add(5*time.Second).UnixNano()
	after := 0
	for _, at := range spoke {
		if at >= from && at < to {
			t.Fatalf("spoke at %s", utc(at))
		}
		if at >= to {
			after++
		}
	}
	if after == 0 {
		t.Error("never spoke again")
	}
	twice := 0
	for _, m := range list {
		if k := times[string(m.Value)]; k == 2 {
			twice++
			if string(m.Key) != "analyser-01" {
				t.Fatalf("doubled: %s", m.Value)
			}
		} else if k > 2 {
			t.Fatalf("sent %d times: %s", k, m.Value)
		}
	}
	truth := f.injections()
	if len(truth) != 2 || truth[0].Kind != "duplicate" || truth[1].Kind != "silent" || truth[1].First == "" ||
		truth[1].From < from || truth[1].To >= to || len(truth[1].Series) != 0 {
		t.Fatalf("%+v", truth)
	}
	// The last duplicate may still wait.
	if d := truth[0].Count - twice/2; twice == 0 || d < 0 || d > 1 {
		t.Errorf("%d doubled, %d recorded", twice/2, truth[0].Count)
	}
}

func TestMarkSent(t *testing.T) {
	truth := []injection{{Kind: "drift", Device: "a", From: 5}, {Kind: "drift", Device: "b", From: 5}, {Kind: "silent", Device: "a", From: 5}}
	wall := time.Unix(100, 0)
	markSent(truth, []simMessage{{Key: []byte("a"), Time: 4}, {Key: []byte("a"), Time: 5}}, wall)
	markSent(truth, []simMessage{{Key: []byte("a"), Time: 5}}, wall.Add(time.Second))
	if truth[0].Sent != wall.UnixNano() || truth[1].Sent != 0 || truth[2].Sent != 0 {
		t.Errorf("%+v", truth)
	}
}
