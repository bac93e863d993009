package stream

import (
	"fmt"
	"testing"

	"labwatch/alerts"
	"labwatch/record"
)

// TestUnitsOfALOINCAreNotMixed: the embedded table does not hold 2465-3 (IgG), so nothing brings its numbers into one
// unit. 10 g/L are 1000 mg/dL, and no leap.
func TestUnitsOfALOINCAreNotMixed(t *testing.T) {
	b := newBedside(t, testJudging(t))
	for i := range 240 {
		r := control(fmt.Sprint("c", i), "", seconds(60*i), 10+.5*float64(i%5), record.NotSaid)
		r.Test.LOINC, r.Unit, r.Expected, r.TargetSD = "2465-3", "g/L", 11, 1
		if i >= 200 {
			r.Value.Number, r.Unit, r.Expected, r.TargetSD = 100*r.Value.Number, "mg/dL", 1100, 100
		}
		b.hear(r)
	}
	if len(b.alerts) > 0 {
		t.Errorf("%d alerts, the first is %+v", len(b.alerts), b.alerts[0])
	}
	for _, name := range []string{"qc/2465-3:g/L/L1", "qc/2465-3:mg/dL/L1"} {
		if b.w.devices["analyser"].held.series.find(name) == nil {
			t.Errorf("there is no series %s", name)
		}
	}
}

// TestWhatEndsWithoutAUnit: a failure and an error code often have neither number nor unit, and what is taken back has
// none. The alert is that of the readings with a unit, which are those of the twin where there is one.
func TestWhatEndsWithoutAUnit(t *testing.T) {
	for name, test := range map[string]record.Test{"LOINC outside the table": {LOINC: "2465-3"}, "local code": {Local: "IGG"},
		"molar twin": {LOINC: "14749-6"}} {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, testJudging(t))
			measure := func(r record.Record, unit string) {
				r.Test, r.Unit = test, unit
				if unit != "" && test.LOINC == "14749-6" {
					r.Test.LOINC = "2345-7"
				}
				b.hear(r)
			}
			failed := control("c1", "", seconds(0), 0, record.No)
			failed.Value = record.Value{Kind: record.Text}
			measure(failed, "")
			measure(control("c2", "", seconds(1), 90, record.Yes), "g/L")
			if got := changes(b.of(alerts.RuleQCFailed)); got != " opened resolved" {
				t.Errorf("of the control it said%s", got)
			}
			broken := criticalResult("r1", "p1", seconds(2), -999, record.ErrorCode)
			measure(broken, "")
			for i := range 3 {
				measure(criticalResult(fmt.Sprint("g", i), "p1", seconds(3+i), 12, 0), "g/L")
			}
			if got := changes(b.of(alerts.RuleErrorCode)); got != " opened resolved" {
				t.Errorf("of the error code it said%s", got)
			}
			measure(criticalResult("r2", "p1", seconds(9), 40, record.CriticalHigh), "g/L")
			taken := criticalResult("r2", "p1", seconds(10), 0, record.Withdrawn)
			taken.Value, taken.Status = record.Value{}, record.Cancelled
			measure(taken, "")
			if got := changes(b.of(alerts.RuleCriticalValue)); got != " opened resolved" {
				t.Errorf("of the critical value it said%s", got)
			}
		})
	}
}

// TestWhatEndsAllocatesNothing: an analyser nearly always has critical values that are remembered, so each of its readings is
// asked whether it ends one of its alerts.
func TestWhatEndsAllocatesNothing(t *testing.T) {
	b := newBedside(t, testJudging(t))
	b.hear(criticalResult("r1", "p1", seconds(0), 480, record.CriticalHigh))
	d := b.w.devices["analyser"].held.device
	for name, test := range map[string]record.Test{"LOINC": {LOINC: "2345-7"}, "molar twin": {LOINC: "14749-6"}, "local code": {Local: "an unmapped test with a long name"}} {
		r, c := criticalResult("r2", "p2", seconds(1), 95, 0), control("c1", "4711", seconds(1), 90, record.Yes)
		r.Test, c.Test = test, test
		if n := testing.AllocsPerRun(100, func() {
			b.w.criticalValue(d, &r, false, nil)
			b.w.holds(d, alerts.RuleErrorCode, &r, "")
			b.w.qcFailed(d, &c, nil)
		}); n != 0 {
			t.Errorf("a result and a control of a %s allocate %v times", name, n)
		}
	}
}

// TestLimitByLOINC: a limit of a test may be named by its LOINC alone, and is for results in its own unit.
func TestLimitByLOINC(t *testing.T) {
	high := 16.0
	for _, key := range []string{"2465-3", "2465-3:g/L"} {
		b := newBedside(t, onlyZScore(t, func(c *alerts.Config) {
			c.Limit.Tests = map[string]alerts.Limit{key: {High: &high, Unit: "g/L"}}
		}))
		for i, unit := range []string{"mg/dL", "g/L"} {
			r := criticalResult(fmt.Sprint("r", i), "p1", seconds(i), 20, 0)
			r.Test, r.Unit = record.Test{LOINC: "2465-3"}, unit
			b.hear(r)
		}
		said := b.of(alerts.RuleLimit)
		if changes(said) != " opened" || said[0].Series != "2465-3:g/L" {
			t.Errorf("the limit of %s says %+v", key, said)
		}
	}
}
