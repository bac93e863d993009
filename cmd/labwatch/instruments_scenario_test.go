package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestOriginalScenario holds the fifty samples against the facts of the original's demonstration.
func TestOriginalScenario(t *testing.T) {
	s := originalScenario(simStart, 7)
	if len(s.Live) != 50 || len(s.Samples) != 50 || len(s.History) != 3*originalHistory || originalHistory < 600 {
		t.Fatalf("%d live, %d samples, %d history", len(s.Live), len(s.Samples), len(s.History))
	}
	clean := originalScenario(simStart, 7, "error_code", "cold_store", "contamination", "drift")
	if len(clean.Injections) != 0 {
		t.Errorf("all left out, yet injected: %+v", clean.Injections)
	}
	for i, sample := range s.Samples {
		n, was := i+1, clean.Samples[i]
		if sample.Number != n || sample.ID != was.ID || sample.Time != was.Time {
			t.Fatalf("sample %d: %+v", n, sample)
		}
		for c := range sample.Channels {
			got, before := sample.Channels[c], was.Channels[c]
			if before < simChannels[c].low || before > simChannels[c].high {
				t.Errorf("sample %d without troubles has %s %g", n, simChannels[c].name, before)
			}
			ok := got == before
			switch {
			case c == chPH && n == 13, c == chOxygen && n == 24:
				ok = got == -999
			case c == chTemperature && n == 36:
				ok = got == 85
			case c == chTemperature && n == 37:
				ok = got == 82.5
			case c == chTurbidity && n >= 43 && n <= 46:
				ok = got >= 15 && got <= 25
			case c == chOxygen && n >= 43 && n <= 46:
				ok = got == -3
			case c == chPH && n >= 19 && n <= 23:
				ok = math.Abs(got-before-0.8) < 1e-9
			}
			if !ok {
				t.Errorf("sample %d: %s is %g, without troubles %g", n, simChannels[c].name, got, before)
			}
		}
	}
	var truth []string
	for _, in := range s.Injections {
		truth = append(truth, fmt.Sprint(in.Kind, " ", in.Device, " ", in.Count))
		if in.From > in.To || in.First == "" {
			t.Errorf("%+v", in)
		}
	}
	want := []string{"error_code monitor-FAC-A 1", "drift monitor-FAC-B 5", "error_code monitor-FAC-B 1",
		"cold_store monitor-FAC-C 2", "contamination monitor-FAC-C 4"}
	if !slices.Equal(truth, want) {
		t.Errorf("injected %q, want %q", truth, want)
	}
}

// TestScenarioMessages checks that what is sent is what the samples say, in order, each device at its pace.
func TestScenarioMessages(t *testing.T) {
	s := together(originalScenario(simStart, 7), liveFleet(simStart, 7))
	samples := map[string]reportSample{}
	for _, sample := range s.Samples {
		samples[sample.ID] = sample
	}
	ids := map[string]bool{}
	found := 0
	for i, list := range [][]simMessage{s.History, s.Live} {
		for j, m := range list {
			if j > 0 && m.Time < list[j-1].Time {
				t.Fatal("not in the order of event time")
			}
			if before := m.Time < simStart.UnixNano(); before != (i == 0) {
				t.Fatalf("history and live are mixed: %s", m.Value)
			}
			v := decode(t, m)
			id, _ := v[[...]string{"result_id", "qc_id", "log_id", "sample_id"}[m.Stream]].(string)
			if id == "" || ids[id] {
				t.Fatalf("id %q is missing or not unique", id)
			}
			ids[id] = true
			if sample, ok := samples[id]; ok {
				found++
				if v["ph_level"] != sample.Channels[chPH] || v["turbidity_ntu"] != sample.Channels[chTurbidity] ||
					v["batch_id"] != sample.Batch || v["facility_id"] != sample.Facility || m.Time != sample.Time {
					t.Errorf("%+v was sent as %s", sample, m.Value)
				}
			}
			if v["passed"] == false {
				t.Errorf("a control of a clean history failed: %s", m.Value)
			}
		}
	}
	if found != 50 {
		t.Errorf("%d samples were sent", found)
	}
}

func TestLiveFleet(t *testing.T) {
	s, clean := liveFleet(simStart, 7), liveFleet(simStart, 7, "analyser_drift")
	if len(clean.Injections) != 0 || len(s.Injections) != 1 {
		t.Fatal(clean.Injections, s.Injections)
	}
	drift := s.Injections[0]
	before, after := 0, 0
	var drifted, healthy []float64
	all, allClean := append(s.History, s.Live...), append(clean.History, clean.Live...)
	for i, m := range all {
		v := decode(t, m)
		hit := string(m.Key) == "analyser-03" && v["test_code"] == "GLU" && m.Stream == simResults
		if !hit || m.Time < drift.From {
			if !bytes.Equal(m.Value, allClean[i].Value) {
				t.Fatalf("leaving the drift out changed %s", m.Value)
			}
		}
		if !hit {
			continue
		}
		var x float64
		if _, err := fmt.Sscan(v["result_value"].(string), &x); err != nil {
			t.Fatal(err)
		}
		if m.Time < drift.From {
			before++
			healthy = append(healthy, x)
		} else {
			after++
			drifted = append(drifted, x)
		}
	}
	if before < 600 || after != drift.Count || after < 100 {
		t.Errorf("%d clean results, then %d drifted, recorded %d", before, after, drift.Count)
	}
	m0, sd := meanSD(healthy)
	m1, _ := meanSD(drifted)
	// From 95 to 105 within five standard errors of a mean of 160.
	if math.Abs(m0-95) > 5*sd/math.Sqrt(680) || math.Abs(m1-105) > 5*sd/math.Sqrt(160) || math.Abs(sd-3.125) > 0.5 {
		t.Errorf("mean %.2f to %.2f, SD %.2f", m0, m1, sd)
	}
	if !strings.HasPrefix(drift.First, "R-") || drift.Series[0] != "2345-7" {
		t.Errorf("%+v", drift)
	}
}
