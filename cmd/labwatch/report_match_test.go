package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// TestMatchInjections: each case is one injection or two, one alert, and whom it is put down to; -1 is nobody.
func TestMatchInjections(t *testing.T) {
	const second = int64(time.Second)
	drift := injection{Kind: "drift", Device: "d", Series: []string{"2345-7"}, From: 100 * second, To: 200 * second}
	hot := injection{Kind: "cold_store", Device: "m", Series: []string{"storage_temp_c"}, From: 100 * second, To: 110 * second}
	dirty := injection{Kind: "contamination", Device: "m", Series: []string{"turbidity_ntu"}, From: 130 * second, To: 140 * second}
	silent := injection{Kind: "silent", Device: "d", From: 100 * second, To: 200 * second}
	alert := func(device, series, rule string, at int64, kind record.Kind) reportAlert {
		a := sampleAlert("x", rule, device, "", series, at*second, alerts.Warning)
		a.Kind = kind
		return a
	}
	for _, c := range []struct {
		name   string
		truth  []injection
		alert  reportAlert
		caught int
	}{
		{"in time", []injection{drift}, alert("d", "2345-7", "zmean", 150, record.Result), 0},
		{"at the first record", []injection{drift}, alert("d", "2345-7", "zmean", 100, record.Result), 0},
		{"at the end of grace", []injection{drift}, alert("d", "2345-7", "zmean", 260, record.Result), 0},
		{"before", []injection{drift}, alert("d", "2345-7", "zmean", 99, record.Result), -1},
		{"after grace", []injection{drift}, alert("d", "2345-7", "zmean", 261, record.Result), -1},
		{"other device", []injection{drift}, alert("e", "2345-7", "zmean", 150, record.Result), -1},
		{"other series", []injection{drift}, alert("d", "2951-2", "zmean", 150, record.Result), -1},
		{"a series that begins alike", []injection{drift}, alert("d", "2345-78", "zmean", 150, record.Result), -1},
		{"control of the test", []injection{drift}, alert("d", "qc/2345-7/L2/lot 4", "qc_failed", 150, record.Control), 0},
		{"control of another", []injection{drift}, alert("d", "qc/2951-2/L2", "qc_failed", 150, record.Control), -1},
		{"control of a code that begins alike", []injection{drift}, alert("d", "qc/2345-78/L2", "qc_failed", 150, record.Control), -1},
		{"device as a whole", []injection{drift}, alert("d", "", "error_rate", 150, record.Event), 0},
		{"group of channels", []injection{hot}, alert("m", "telemetry", "iforest", 105, record.Telemetry), 0},
		{"another channel", []injection{hot}, alert("m", "ph_level", "zscore", 105, record.Telemetry), -1},
		{"silence is no drift", []injection{drift}, alert("d", "", alerts.RuleSilent, 150, record.Tick), -1},
		{"silence", []injection{silent}, alert("d", "", alerts.RuleSilent, 150, record.Tick), 0},
		{"drift is no silence", []injection{silent}, alert("d", "2345-7", "zmean", 150, record.Result), -1},
		{"the series decides", []injection{hot, dirty}, alert("m", "storage_temp_c", "limit", 135, record.Telemetry), 0},
		{"no series, one alert of a series", []injection{{Kind: "duplicate", Device: "d", From: 0, To: 200 * second}},
			alert("d", "2345-7", "zmean", 150, record.Result), -1},
		{"else the later", []injection{hot, dirty}, alert("m", "telemetry", "iforest", 135, record.Telemetry), 1},
		{"else the later, in any order", []injection{dirty, hot}, alert("m", "telemetry", "iforest", 135, record.Telemetry), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			outcomes, unexplained := matchInjections([]reportAlert{c.alert}, c.truth, time.Minute)
			for i, o := range outcomes {
				if o.Caught != (i == c.caught) {
					t.Errorf("injection %d caught: %v", i, o.Caught)
				}
				if want := float64(c.alert.At-o.From) / 1e9; o.Caught && o.Latency != want || !o.Caught && !math.IsNaN(o.Latency) {
					t.Errorf("latency %g", o.Latency)
				}
			}
			if (len(unexplained) == 1) != (c.caught < 0) {
				t.Errorf("%d false alarms", len(unexplained))
			}
		})
	}
}

// TestMatchCountsOpenings: an update or an end of an alert catches nothing, and the same message twice is one alert.
func TestMatchCountsOpenings(t *testing.T) {
	truth := []injection{{Kind: "drift", Device: "d", Series: []string{"2345-7"}, From: 100, To: 200}}
	a := sampleAlert("x", "zmean", "d", "", "2345-7", 150, alerts.Warning)
	for _, change := range []alerts.Change{alerts.Updated, alerts.Resolved} {
		a.Change = change
		if outcomes, stray := matchInjections([]reportAlert{a}, truth, 0); outcomes[0].Caught || len(stray) != 0 {
			t.Errorf("%v: %+v", change, outcomes[0])
		}
	}
	a.Change = alerts.Opened
	late, early := a, a
	late.ID, late.Rule, late.At = "y", "ks", 180
	early.Received, truth[0].Sent = 3e9, 1e9
	outcomes, stray := matchInjections([]reportAlert{late, early, early}, truth, 0)
	if o := outcomes[0]; len(o.Alerts) != 2 || !slices.Equal(o.CaughtBy, []string{"zmean", "ks"}) || o.Latency != 50e-9 ||
		o.WallLatency != 2 || len(stray) != 0 {
		t.Errorf("%+v, %d false alarms", outcomes[0], len(stray))
	}
}

// TestReportTellsTheTruth takes each alert and each injection out of a full report in turn: exactly its own line
// may change.
func TestReportTellsTheTruth(t *testing.T) {
	full := sampleReport()
	caught := func(in *reportInput) (lines []string, stray int) {
		r := newMonitoringReport(in)
		for _, j := range r.Injected {
			lines = append(lines, fmt.Sprint(j.Kind, " ", j.Device, " ", j.Caught, " ", string(j.Latency)))
		}
		return lines, len(r.FalseAlarms)
	}
	all, stray := caught(full)
	if len(all) != 6 || stray != 1 || strings.Contains(strings.Join(all, "\n"), "false") {
		t.Fatal(all, stray)
	}
	for i := range full.Injections {
		id := "a" + string(rune('0'+i))
		without := *full
		without.Alerts = slices.DeleteFunc(slices.Clone(full.Alerts), func(a reportAlert) bool { return a.ID == id })
		lines, stray := caught(&without)
		for j := range lines {
			if (lines[j] == all[j]) != (j != i) || j == i && !strings.HasSuffix(lines[j], "false null") {
				t.Errorf("without alert %s, injection %d: %s", id, j, lines[j])
			}
		}
		if stray != 1 {
			t.Errorf("without alert %s: %d false alarms", id, stray)
		}

		without = *full
		without.Injections = slices.Delete(slices.Clone(full.Injections), i, i+1)
		lines, stray = caught(&without)
		if !slices.Equal(lines, slices.Delete(slices.Clone(all), i, i+1)) || stray != 2 {
			t.Errorf("without injection %d: %q, %d false alarms", i, lines, stray)
		}
	}
}
