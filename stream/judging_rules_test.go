package stream

import (
	"fmt"
	"testing"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// TestRulesSwitchedOff opens an alert, restores it under a config in which its rule does not apply any more, and goes
// on: the alert must end, and the series must learn again.
func TestRulesSwitchedOff(t *testing.T) {
	bath := func(at int, value float64, flags record.Flag) record.Record {
		return sample("bath", seconds(at), record.Channel{Name: "storage_temp_c", Value: value, Flags: flags})
	}
	steady := func(at int) record.Record { return bath(at, 4+.1*float64(at%5), 0) }
	for name, c := range map[string]struct {
		rule   string
		broken func(at int) record.Record
		off    func(*alerts.Config)
	}{
		"error_code off": {alerts.RuleErrorCode,
			func(at int) record.Record { return bath(at, -999, record.ErrorCode) },
			func(c *alerts.Config) { c.ErrorCode.Enabled = false }},
		"limit removed": {alerts.RuleLimit,
			func(at int) record.Record { return bath(at, 9, 0) },
			func(c *alerts.Config) { c.Limit.Profile = "" }},
		"limits off": {alerts.RuleLimit,
			func(at int) record.Record { return bath(at, 9, 0) },
			func(c *alerts.Config) { c.Limit.Enabled = false }},
		"alert_on emptied": {"zscore",
			func(at int) record.Record { return bath(at, 7.5, 0) }, // inside the limits
			func(c *alerts.Config) {
				c.Detectors["zscore"] = alerts.DetectorPolicy{AlertOn: []string{}}
			}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, onlyZScore(t, nil))
			at := 0
			for ; at < 40; at++ {
				b.hear(steady(at))
			}
			for end := at + 4; at < end; at++ {
				b.hear(c.broken(at))
			}
			if got := b.of(c.rule); len(got) == 0 || got[0].State != "opened" {
				t.Fatalf("before the change it says%s", changes(got))
			}
			b.restart(onlyZScore(t, c.off))
			learned := learnedOf(b)
			for end := at + 10; at < end; at++ {
				b.hear(c.broken(at)) // the device has not changed, only what is asked of it
			}
			if got := changes(b.of(c.rule)); got != " resolved" {
				t.Errorf("after the change it says%s, want resolved", got)
			}
			for end := at + 20; at < end; at++ {
				b.hear(steady(at))
			}
			if got := learnedOf(b); got <= learned {
				t.Errorf("the baseline had %d values and has %d: the series does not learn", learned, got)
			}
			for end := at + 4; at < end; at++ {
				b.hear(c.broken(at))
			}
			if got := changes(b.of(c.rule)); got != "" {
				t.Errorf("the rule is off and says%s", got)
			}
		})
	}
}

func learnedOf(b *bedside) int {
	m, _ := b.w.devices["bath"].held.series.find("storage_temp_c").baseline.Moments()
	return m.N
}

// onlyZScore leaves one detector, so that no other holds the series, and a baseline that is not full.
func onlyZScore(t *testing.T, change func(*alerts.Config)) *Judging {
	j := testJudging(t)
	ac := j.Alerts
	ac.Silent.Enabled = false
	ac.Detectors = map[string]alerts.DetectorPolicy{}
	if change != nil {
		change(&ac)
	}
	one := []Named{{"zscore", maker(t, "zscore")}}
	plan := Plan{Series: map[record.Kind][]Named{record.Result: one, record.Control: one, record.Telemetry: one}}
	return NewJudging(j.Config, plan, detectors.BaselineConfig{Size: 500, MinN: 20, Mode: detectors.Rolling}, ac, j.Zone, NewMetrics())
}

func control(id, lot string, at int64, value float64, passed record.Verdict) record.Record {
	return record.Record{Kind: record.Control, ID: id, Device: "analyser", Lot: lot, Level: "L1", Time: at,
		Test: record.Test{LOINC: "2345-7"}, Unit: "mg/dL", Expected: 90, TargetSD: 2, Passed: passed,
		Value: record.Value{Kind: record.Number, Number: value}}
}

// TestNewLotEndsFailureOfTheOld: the failure is of the test and level. Its lot may never be measured again.
func TestNewLotEndsFailureOfTheOld(t *testing.T) {
	b := newBedside(t, testJudging(t))
	b.hear(control("c1", "4711", seconds(0), 90, record.Yes))
	b.hear(control("c2", "4711", seconds(60), 99, record.No))
	b.hear(control("c3", "4712", seconds(120), 100, record.No))
	other := control("c4", "4712", seconds(130), 90, record.Yes)
	other.Level = "L2"
	b.hear(other)
	b.hear(control("c5", "4712", seconds(180), 91, record.Yes))
	said := b.of(alerts.RuleQCFailed)
	if got := changes(said); got != " opened updated resolved" {
		t.Fatalf("said%s", got)
	}
	if said[0].ID != said[2].ID {
		t.Error("another alert was resolved than was opened")
	}
}

// TestVerdictComesWithCorrection: an instrument may send the number first and its verdict later, under the same id,
// and may take a verdict back.
func TestVerdictComesWithCorrection(t *testing.T) {
	b := newBedside(t, testJudging(t))
	first := control("c1", "4711", seconds(0), 91, record.NotSaid)
	b.hear(first)
	if got := changes(b.of(alerts.RuleQCFailed)); got != "" {
		t.Fatalf("without a verdict and inside the limits it says%s", got)
	}
	failed := first
	failed.Passed, failed.Status = record.No, record.Corrected
	b.hear(failed)
	if got := changes(b.of(alerts.RuleQCFailed)); got != " opened" {
		t.Errorf("when the verdict comes it says%s, want opened", got)
	}
	back := failed
	back.Passed, back.Value.Number = record.Yes, 90
	b.hear(back)
	if got := changes(b.of(alerts.RuleQCFailed)); got != " resolved" {
		t.Errorf("when the verdict is taken back it says%s, want resolved", got)
	}
}

// TestLotsDoNotFillADevice: an analyser of 40 tests with two levels of controls takes 80 series a lot. Those of former
// lots make room, and one with an open alert stays, so that the alert can end.
func TestLotsDoNotFillADevice(t *testing.T) {
	var first map[string][]byte
	for range 3 { // a map's order differs from run to run
		j := onlyZScore(t, nil)
		j.MaxSeries = 100
		b := newBedside(t, j)
		at := 0
		measure := func(test, level, lot int, value float64) {
			r := control(fmt.Sprint("c", at), fmt.Sprint("lot ", lot), seconds(at/7), value, record.Yes) // 7 at a time
			r.Test.LOINC, r.Level = fmt.Sprint("test ", test), fmt.Sprint("L", level)
			at++
			b.hear(r)
		}
		held := "qc/test 0:mg/dL/L0/lot 0"
		for i := range 30 { // a baseline, and then two values far off: an open alert of the detector
			measure(0, 0, 0, 90+.2*float64(i%5))
		}
		for range 2 {
			measure(0, 0, 0, 120)
		}
		if got := b.of("zscore"); len(got) != 1 || got[0].Series != held {
			t.Fatalf("the alert to be kept is %+v", got)
		}
		for lot := range 30 {
			for test := range 40 {
				for level := range 2 {
					if lot > 0 || test > 0 || level > 0 {
						measure(test, level, lot, 90)
					}
				}
			}
		}
		series := &b.w.devices["analyser"].held.series
		if b.w.tally.unscored != 0 || series.len() != 100 {
			t.Fatalf("%d values were not scored; %d series", b.w.tally.unscored, series.len())
		}
		for i, r := range b.records {
			if len(r.Scores) == 0 {
				t.Fatalf("record %d has no scores", i)
			}
		}
		for test := range 40 {
			if name := fmt.Sprintf("qc/test %d:mg/dL/L1/lot 29", test); series.find(name) == nil {
				t.Errorf("%s of the newest lot is not there", name)
			}
		}
		if series.find(held) == nil {
			t.Error("the series with the open alert is gone")
		}
		if first == nil {
			first = state(b.w)
		} else if string(state(b.w)["d/analyser"]) != string(first["d/analyser"]) {
			t.Fatal("the same input left another state")
		}
	}
}
