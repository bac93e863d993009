package stream

import (
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// TestAlertIsCalledTheSame: each message of an alert says what the alert is about in the words of the first, whoever made
// it: a reading, somebody who looks after it, or the event that retires the device.
func TestAlertIsCalledTheSame(t *testing.T) {
	type reading = func(at int) record.Record
	glucose := record.Test{Local: "GLU", LOINC: "2345-7", Name: "Glucose [Mass/volume] in Serum or Plasma"}
	probe := func(channel string, value float64, flags record.Flag) reading {
		return func(at int) record.Record {
			return sample("bath", seconds(at), record.Channel{Name: channel, Value: value, Flags: flags})
		}
	}
	result := func(id string, test record.Test, value record.Value, flags record.Flag) reading {
		return func(at int) record.Record {
			r := criticalResult(id, "p", seconds(at), 0, flags)
			r.Device, r.Test, r.Value = "bath", test, value
			return r
		}
	}
	qc := func(test record.Test, lot string, value record.Value, passed record.Verdict, flags record.Flag) reading {
		return func(at int) record.Record {
			r := control("", lot, seconds(at), 0, passed)
			r.Device, r.Test, r.Value, r.Flags = "bath", test, value, flags
			if value.Kind != record.Number {
				r.Unit = ""
			}
			return r
		}
	}
	number := func(x float64) record.Value { return record.Value{Kind: record.Number, Number: x} }
	local, sodium := record.Test{Local: "XTROP"}, record.Test{LOINC: "2951-2"}
	bound := record.Value{Kind: record.Bound, Comparator: ">", Number: 400}
	good := probe("storage_temp_c", 4, 0)
	for name, c := range map[string]struct {
		rule        string
		before      reading // that is well
		broken, end reading
		want        alerts.Alert // as it is called; a series that is not named is that of the beginning
		endless     bool
	}{
		"limit of a channel": {rule: alerts.RuleLimit, broken: probe("storage_temp_c", 9, 0), end: good,
			want: alerts.Alert{Kind: record.Telemetry, Series: "storage_temp_c", Unit: "Cel", Label: "storage temperature"}},
		"limit of a test": {rule: alerts.RuleLimit, broken: result("", glucose, number(400), 0), end: result("", glucose, number(90), 0),
			want: alerts.Alert{Kind: record.Result, Series: "2345-7", Unit: "mg/dL", Test: glucose}},
		"control": {rule: alerts.RuleQCFailed, broken: qc(glucose, "", number(99), record.No, 0), end: qc(glucose, "", number(90), record.Yes, 0),
			want: alerts.Alert{Kind: record.Control, Series: "qc/2345-7/L1", Unit: "mg/dL", Test: glucose}},
		"control of a lot": {rule: alerts.RuleQCFailed, broken: qc(glucose, "4711", number(99), record.No, 0), end: qc(glucose, "4712", number(90), record.Yes, 0),
			want: alerts.Alert{Kind: record.Control, Series: "qc/2345-7/L1", Unit: "mg/dL", Test: glucose}},
		"control of a local code": {rule: alerts.RuleQCFailed, broken: qc(local, "4711", number(99), record.No, 0), end: qc(local, "4712", number(90), record.Yes, 0),
			want: alerts.Alert{Kind: record.Control, Unit: "mg/dL", Test: local}},
		"control without a number": {rule: alerts.RuleQCFailed, broken: qc(glucose, "4711", record.Value{}, record.No, 0), end: qc(glucose, "4711", record.Value{}, record.Yes, 0),
			want: alerts.Alert{Kind: record.Control, Series: "qc/2345-7/L1", Test: glucose}},
		"control of which nothing else is known": {rule: alerts.RuleQCFailed, broken: qc(sodium, "4711", record.Value{}, record.No, 0), end: qc(sodium, "4711", record.Value{}, record.Yes, 0),
			want: alerts.Alert{Kind: record.Control, Series: "qc/2951-2/L1", Test: sodium}},
		"critical value": {rule: alerts.RuleCriticalValue, broken: result("r1", glucose, number(480), record.CriticalHigh), end: result("r1", glucose, number(90), 0),
			want: alerts.Alert{Kind: record.Result, Series: "2345-7", Unit: "mg/dL", Test: glucose, Subject: "r1"}},
		"critical value with a path for id": {rule: alerts.RuleCriticalValue, broken: result("raw/0/14/0", glucose, number(480), record.CriticalHigh), end: result("raw/0/14/0", glucose, number(90), 0),
			want: alerts.Alert{Kind: record.Result, Series: "2345-7", Unit: "mg/dL", Test: glucose, Subject: "raw/0/14/0"}},
		"critical value without id": {rule: alerts.RuleCriticalValue, broken: result("", glucose, bound, record.CriticalHigh|record.NoID), endless: true,
			want: alerts.Alert{Kind: record.Result, Series: "2345-7", Unit: "mg/dL", Test: glucose}},
		"error code of a channel": {rule: alerts.RuleErrorCode, broken: probe("flow", -999, record.ErrorCode), end: probe("flow", 3, 0),
			want: alerts.Alert{Kind: record.Telemetry, Series: "flow"}},
		"error code of a named channel": {rule: alerts.RuleErrorCode, broken: probe("storage_temp_c", -999, record.ErrorCode), end: good,
			want: alerts.Alert{Kind: record.Telemetry, Series: "storage_temp_c", Unit: "Cel", Label: "storage temperature"}},
		"error code of a test": {rule: alerts.RuleErrorCode, broken: result("", glucose, number(-999), record.ErrorCode), end: result("", glucose, number(90), 0),
			want: alerts.Alert{Kind: record.Result, Series: "2345-7", Unit: "mg/dL", Test: glucose}},
		"error code of a control": {rule: alerts.RuleErrorCode, before: qc(glucose, "4710", number(90), record.Yes, 0), broken: qc(glucose, "4711", number(-999), record.NotSaid, record.ErrorCode), end: qc(glucose, "4711", number(90), record.Yes, 0),
			want: alerts.Alert{Kind: record.Control, Series: "qc/2345-7/L1", Unit: "mg/dL", Test: glucose}},
		"silence": {rule: alerts.RuleSilent, end: good, want: alerts.Alert{Kind: record.Tick}},
	} {
		for _, retired := range []bool{false, true} {
			end := "/ends"
			if retired {
				end = "/is retired"
			}
			t.Run(name+end, func(t *testing.T) {
				j := testJudging(t)
				high := 300.
				j.tests["2345-7"] = &alerts.Limit{High: &high, Unit: "mg/dL"}
				b := newBedside(t, j)
				at := 0
				hear := func(make reading) {
					b.hear(make(at))
					at++
				}
				for range 5 { // it is known, and so is its glucose
					hear(good)
					hear(result("", glucose, number(90), 0))
				}
				if c.before != nil {
					hear(c.before)
				}
				if c.rule == alerts.RuleSilent {
					for ; at < 60; at += 5 {
						b.tick(at)
					}
				} else {
					hear(c.broken)
				}
				said := b.of(c.rule)
				if len(said) != 1 {
					t.Fatalf("said %+v", said)
				}
				b.restart(j)
				b.verdict(record.AcknowledgeEvent, said[0].ID, seconds(at))
				if retired {
					b.hear(record.Record{Kind: record.Event, ID: "e1", Device: "bath", Time: seconds(at + 1), EventType: record.RetiredEvent, Severity: "info"})
				} else if !c.endless {
					for range 5 {
						hear(c.end)
					}
				}
				said = append(said, b.of(c.rule)...)
				series := c.want.Series
				if series == "" {
					series = said[0].Series
				}
				for _, a := range said {
					if a.ID != said[0].ID || a.Kind != c.want.Kind || a.Series != series || a.Test != c.want.Test || a.Unit != c.want.Unit ||
						a.Label != c.want.Label || a.Subject != c.want.Subject || a.Facility != said[0].Facility {
						t.Errorf("%s is called %v, series %q, test %+v, unit %q, label %q, subject %q: %s", a.Change, a.Kind, a.Series, a.Test, a.Unit, a.Label, a.Subject, a.Summary)
					}
				}
				want := " opened updated resolved"
				if c.endless || retired && c.rule == alerts.RuleCriticalValue {
					want = " opened updated"
				}
				if got := changes(said); got != want {
					t.Errorf("said%s, want%s", got, want)
				}
			})
		}
	}
}

// TestChannelKeepsItsLabel: a detector's alert too is called by what people call the channel when somebody looks after it,
// and when a calibration ends it.
func TestChannelKeepsItsLabel(t *testing.T) {
	b := newBedside(t, onlyZScore(t, nil))
	at := b.bath(b.bath(0, 60, 0), 20, 3)
	said := b.of("zscore")
	b.verdict(record.AcknowledgeEvent, said[0].ID, seconds(at))
	b.hear(record.Record{Kind: record.Event, ID: "e1", Device: "bath", Time: seconds(at + 1), EventType: record.CalibrationEvent, Severity: "info"})
	said = append(said, b.of("zscore")...)
	if last := said[len(said)-1]; len(said) < 3 || last.Change != alerts.Resolved || last.At-last.Opened > int64(time.Hour) {
		t.Fatalf("said %+v", said)
	}
	for _, a := range said {
		if a.Label != "storage temperature" || a.Unit != "Cel" {
			t.Errorf("%s has label %q and unit %q", a.Change, a.Label, a.Unit)
		}
	}
}
