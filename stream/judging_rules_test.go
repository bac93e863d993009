package stream

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

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
			if got := b.of(c.rule); len(got) == 0 || got[0].Change != alerts.Opened {
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

// TestForestSwitchedOff: as TestRulesSwitchedOff, for the alert that a group holds of a member. While it is open the vectors
// of the member are not learned.
func TestForestSwitchedOff(t *testing.T) {
	p := newPumps(t)
	p.rounds(10, 40)
	if got := changes(p.of("iforest")); got != " opened" {
		t.Fatalf("the fault said%s", got)
	}
	ac := p.j.Alerts
	ac.Detectors = map[string]alerts.DetectorPolicy{"iforest": {AlertOn: []string{}}}
	p.restart(NewJudging(p.j.Config, p.j.Plan, p.j.Baseline, ac, p.j.Zone, NewMetrics()))
	p.rounds(20, 40) // the device has not changed, only what is asked of it
	if got := changes(p.of("iforest")); got != " resolved" {
		t.Errorf("after the change it says%s, want resolved", got)
	}
	for _, g := range p.w.groups {
		if g.members["pump-1"].holding() {
			t.Error("the member teaches nothing")
		}
	}
	p.rounds(20, 40)
	if got := changes(p.of("iforest")); got != "" {
		t.Errorf("the rule is off and says%s", got)
	}
}

// TestRulesAreBounded: names are a sender's. Under names that never come again no alert ever ends, so a device could grow
// until the local state takes its snapshot no more.
func TestRulesAreBounded(t *testing.T) {
	const most = 200 // judge.max_series
	long := strings.Repeat("x", 60)
	nan := math.NaN()
	for name, c := range map[string]struct {
		rule string
		odd  func(i int) record.Record
	}{
		"test codes": {alerts.RuleErrorCode, func(i int) record.Record {
			return record.Record{Kind: record.Result, ID: fmt.Sprint("r", i), Device: "d", Time: seconds(i), Flags: record.ErrorCode | record.Unmapped,
				Test: record.Test{Local: fmt.Sprint(long, i)}, Value: record.Value{Kind: record.Number, Number: -999}}
		}},
		"levels": {alerts.RuleQCFailed, func(i int) record.Record {
			r := control(fmt.Sprint("c", i), "4711", seconds(i), 99, record.No)
			r.Device, r.Level = "d", fmt.Sprint(long, i)
			return r
		}},
		"channels": {alerts.RuleErrorCode, func(i int) record.Record {
			return sample("d", seconds(i), record.Channel{Name: fmt.Sprint(long, i), Value: nan, Flags: record.ErrorCode})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			j := testJudging(t)
			j.Alerts.Silent.Enabled = false
			j.Plan.Group = nil
			b := newBedside(t, j)
			for i := range 2000 {
				b.hear(c.odd(i))
				b.records = nil
			}
			said := b.of(c.rule)
			if len(said) != most || b.w.tally.unscored < 2000-most {
				t.Errorf("%d are told and %d counted, want %d and the rest", len(said), b.w.tally.unscored, most)
			}
			for key, blob := range state(b.w) {
				if len(blob) > 300_000 {
					t.Errorf("%s takes %d bytes", key, len(blob))
				}
			}
			b.hear(c.odd(0)) // one of those that are kept
			if got := changes(b.of(c.rule)); strings.Contains(got, "opened") {
				t.Errorf("of an alert that is open it says%s", got)
			}
			bath := func(at int, value float64) record.Record {
				return sample("d", seconds(at), record.Channel{Name: "storage_temp_c", Value: value})
			}
			b.hear(bath(3000, 9))
			for at := 3001; at < 3004; at++ {
				b.hear(bath(at, 4))
			}
			if got := changes(b.of(alerts.RuleLimit)); got != " opened resolved" {
				t.Errorf("another rule says%s, want opened resolved", got)
			}
		})
	}
}

// TestPendingRulesMakeRoom: where one error code is not enough to open an alert, those that came once do not keep out the
// one that comes again.
func TestPendingRulesMakeRoom(t *testing.T) {
	j := onlyZScore(t, func(c *alerts.Config) { c.ErrorCode.Policy.OpenAfter = 2 })
	j.MaxSeries, j.Plan.Group = 3, nil // there is room for leastRules all the same
	b := newBedside(t, j)
	for i := range 3 * leastRules {
		b.hear(sample("d", seconds(i), record.Channel{Name: fmt.Sprint("c", i), Value: -999, Flags: record.ErrorCode}))
	}
	for i := range 2 {
		b.hear(sample("d", seconds(1000+i), record.Channel{Name: "c", Value: -999, Flags: record.ErrorCode}))
	}
	if got := changes(b.of(alerts.RuleErrorCode)); got != " opened" {
		t.Errorf("says%s, want opened", got)
	}
	rules := b.w.devices["d"].held.rules
	_, newest := rules[ruleKey{rule: alerts.RuleErrorCode, series: fmt.Sprint("c", 3*leastRules-1)}]
	_, oldest := rules[ruleKey{rule: alerts.RuleErrorCode, series: fmt.Sprint("c", 2*leastRules)}]
	if len(rules) != leastRules || !newest || oldest {
		t.Errorf("%d are kept, the newest %v, the oldest %v", len(rules), newest, oldest)
	}
}

// labResult is a result, or with a level a control, as the standardizer makes it of texts.
func labResult(t *testing.T, at int, code, value, unit, level string) record.Record {
	t.Helper()
	raw := record.Raw{Kind: record.Result, ID: fmt.Sprint("r", at), Patient: fmt.Sprint("MRN-", at), Device: "analyser", TestCode: code,
		Value: value, Unit: unit, Time: time.Unix(0, seconds(at)).UTC().Format(time.RFC3339)}
	if level != "" {
		raw.Kind, raw.Level, raw.Lot = record.Control, level, fmt.Sprint("lot ", at/2)
		raw.Expected, raw.TargetSD = "100", "2"
	}
	var r record.Record
	if why := testIntake(t).std.Standardize(&r, &raw, record.Origin{}, seconds(at)); why != nil {
		t.Fatal(why)
	}
	return r
}

// TestExtremesBreakLimits: the most extreme results come as a bound or are flagged as implausible. They are told, and ended by
// numbers only that are inside.
func TestExtremesBreakLimits(t *testing.T) {
	at := func(v float64) *float64 { return &v }
	for name, c := range map[string]struct {
		code, unit, level string
		rule              string
		values, want      string
	}{
		"above the range":        {"GLU", "mg/dL", "", alerts.RuleLimit, "90 >600 >150 >=200 90 90 90", " opened resolved"},
		"below the range":        {"GLU", "mg/dL", "", alerts.RuleLimit, "90 <20 <100 90 90 90", " opened resolved"},
		"converted":              {"GLU", "mmol/L", "", alerts.RuleLimit, "5 >33 5 5 5", " opened resolved"},
		"implausible":            {"GLU", "mg/dL", "", alerts.RuleLimit, "90 5000 90 90 90", " opened resolved"},
		"implausible potassium":  {"K", "mmol/L", "", alerts.RuleLimit, "4 25 .01 .01 .01 4 4 4", " opened resolved"},
		"error codes":            {"GLU", "mg/dL", "", alerts.RuleLimit, "-999 -999", ""},
		"nobody knows the unit":  {"GLU", "smoot", "", alerts.RuleLimit, "5000 >600", ""},
		"control above 3 SD":     {"GLU", "mg/dL", "L1", alerts.RuleQCFailed, "100 >500 >101 101", " opened resolved"},
		"control below 3 SD":     {"GLU", "mg/dL", "L1", alerts.RuleQCFailed, "100 <50 101", " opened resolved"},
		"control in another lot": {"GLU", "mg/dL", "L1", alerts.RuleErrorCode, "100 -999 100 100 100", " opened resolved"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, onlyZScore(t, func(c *alerts.Config) {
				c.Limit.Tests = map[string]alerts.Limit{"2345-7": {Low: at(50), High: at(200), CriticalHigh: at(400), Unit: "mg/dL"}, "2823-3": {High: at(6)}}
			}))
			for i, value := range strings.Fields(c.values) {
				b.hear(labResult(t, i, c.code, value, c.unit, c.level))
			}
			if got := changes(b.of(c.rule)); got != c.want {
				t.Errorf("%s says%s, want%s", c.values, got, c.want)
			}
		})
	}
}

// TestErrorCodeWithoutUnit: instruments send error codes without a unit, which the name of an unmapped test has in it. The
// alert is of what was measured, and good values end it.
func TestErrorCodeWithoutUnit(t *testing.T) {
	for name, c := range map[string]struct{ code, level, series string }{
		"unmapped test": {"MYTEST", "", "local:MYTEST"}, "control of it": {"MYTEST", "L1", "qc/local:MYTEST/L1"},
		"LOINC outside the table": {"1234-4", "", "1234-4"}, "LOINC of the table": {"GLU", "", "2345-7"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, onlyZScore(t, nil))
			at := 0
			send := func(value, unit string) {
				b.hear(labResult(t, at, c.code, value, unit, c.level))
				at++
			}
			for range 3 {
				send("100", "mg/dL")
			}
			send("-999", "")
			send("-999", "mg/dL")
			for range 5 {
				send("100", "mg/dL")
			}
			said := b.of(alerts.RuleErrorCode)
			if got := changes(said); got != " opened resolved" || said[0].Series != c.series {
				t.Errorf("says%s of %+v", got, said)
			}
			if n := len(b.w.devices["analyser"].held.rules); n != 0 {
				t.Errorf("%d alerts are kept", n)
			}
		})
	}
}
