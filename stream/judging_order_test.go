package stream

import (
	"fmt"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

const (
	hour = int(time.Hour / time.Second)
	year = 365 * 24 * hour
)

// TestOldReadingsEndNoAlert: what is older than the newest of its series says nothing of now, so it ends no alert. Each
// case is heard twice, the second time by a worker that is restarted after each reading.
func TestOldReadingsEndNoAlert(t *testing.T) {
	store := func(at int, value float64) record.Record {
		return sample("store", seconds(at), record.Channel{Name: "storage_temp_c", Value: value})
	}
	kept := func(at int, value float64) record.Record {
		r := store(at, value)
		r.Arrived = seconds(120)
		return r
	}
	named := func(id string, at int, value float64) record.Record {
		return control(id, "4711", seconds(at), value, record.NotSaid)
	}
	early := named("c1", 2*hour, 99)
	early.Arrived, early.Flags = seconds(0), record.Early
	earlyBuffered := store(24*hour, 20) // by a clock that runs a day ahead
	earlyBuffered.Arrived, earlyBuffered.Flags = seconds(0), record.Early
	for name, c := range map[string]struct {
		rule   string
		change func(*alerts.Config)
		hear   []record.Record
		want   string
	}{
		"a cold store sends what it kept": {alerts.RuleLimit, nil, []record.Record{store(0, 20),
			store(-8*hour, 4), store(-8*hour+60, 4), store(-8*hour+120, 4), store(60, 20),
			store(120, 4), store(180, 4), store(240, 4)}, " opened resolved"},
		"what it kept is warm as well": {alerts.RuleLimit, nil, []record.Record{store(0, 4), store(-8*hour, 20), store(60, 4), store(120, 4),
			store(180, 4)}, " opened resolved"},
		"what it kept breaks no row": {alerts.RuleLimit, func(c *alerts.Config) { c.Limit.Policy.OpenAfter = 2 },
			[]record.Record{store(0, 20), store(-8*hour, 4), store(60, 20)}, " opened"},
		"one absurd date": {alerts.RuleLimit, nil, []record.Record{store(0, 4), store(year, 20), store(1, 4), store(2, 4), store(3, 4)},
			" opened resolved"},
		"a clock ahead": {alerts.RuleLimit, nil, []record.Record{earlyBuffered, store(-8*hour, 4), store(-8*hour+60, 4),
			store(-8*hour+120, 4), store(60, 20), store(120, 4), store(180, 4), store(240, 4)}, " opened resolved"},
		"a weekend comes after the first of Monday": {alerts.RuleLimit, nil, []record.Record{store(-100*hour, 4), store(0, 20),
			kept(-99*hour, 4), kept(-98*hour, 4), kept(-97*hour, 4), store(170, 20), store(180, 4), store(240, 4), store(300, 4)}, " opened resolved"},
		"error codes": {alerts.RuleErrorCode, nil, []record.Record{
			sample("store", seconds(0), record.Channel{Name: "storage_temp_c", Value: -999, Flags: record.ErrorCode}),
			store(-4, 4), store(-3, 4), store(-2, 4), store(-1, 4)}, " opened"},
		"a control comes late": {alerts.RuleQCFailed, nil, []record.Record{named("c1", 0, 99), named("c2", -4*hour, 90)}, " opened"},
		"a control that passed is corrected": {alerts.RuleQCFailed, nil, []record.Record{named("c1", -4*hour, 90), named("c2", 0, 99),
			named("c1", -4*hour, 90.4)}, " opened"},
		"one of last week is corrected": {alerts.RuleQCFailed, nil, []record.Record{named("c1", -100*hour, 90), named("c2", 0, 99),
			named("c1", -100*hour, 90.4)}, " opened"},
		"a control comes late after a gap": {alerts.RuleQCFailed, nil, []record.Record{named("c1", -100*hour, 90), named("c2", 0, 99),
			named("c3", -4*hour, 90), named("c4", 60, 90)}, " opened resolved"},
		"the control that failed is corrected": {alerts.RuleQCFailed, nil, []record.Record{named("c1", 0, 99), named("c1", 0, 90)},
			" opened resolved"},
		"a control with a clock ahead": {alerts.RuleQCFailed, nil, []record.Record{early, named("c2", 60, 90)}, " opened resolved"},
	} {
		for _, restarted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restarted %v", name, restarted), func(t *testing.T) {
				b := newBedside(t, onlyZScore(t, c.change))
				for _, r := range c.hear {
					b.hear(r)
					if restarted {
						b.restart(b.j)
					}
				}
				said := b.of(c.rule)
				if got := changes(said); got != c.want {
					t.Errorf("said%s, want%s", got, c.want)
				}
				inOrder(t, said)
			})
		}
	}
}

func inOrder(t *testing.T, said []alerts.Alert) {
	t.Helper()
	for _, a := range said {
		if a.Change == alerts.Resolved && a.At < a.Opened {
			t.Errorf("ended at %v and opened at %v: %s", time.Unix(0, a.At).UTC(), time.Unix(0, a.Opened).UTC(), a.Summary)
		}
	}
}

// TestOldReadingsEndNoDetectorsAlert: neither a single old value nor a window full of them.
func TestOldReadingsEndNoDetectorsAlert(t *testing.T) {
	b := newBedside(t, testJudging(t))
	at := b.bath(24*hour, 400, 0)
	at = b.bath(at, 250, 3)
	for _, detector := range []string{"zscore", "zmean"} {
		if said := b.open(detector); !said {
			t.Fatalf("%s says nothing of the shift", detector)
		}
	}
	b.alerts = nil
	b.bath(12*hour, 300, 0) // what it kept during an outage
	b.bath(at, 60, 3)
	for _, a := range b.alerts {
		if a.Change == alerts.Resolved || a.Change == alerts.Opened {
			t.Errorf("the same shift %s again: %s", a.Change, a.Summary)
		}
	}
}

// open says whether the last word about a rule was not its end.
func (b *bedside) open(rule string) (open bool) {
	for _, a := range b.alerts {
		if a.Rule == rule {
			open = a.Change != alerts.Resolved
		}
	}
	return open
}

// TestResultsAreInOrderOfMeasurement: a specimen that was collected earlier and measured later ends an alert, which does
// not end before it opened.
func TestResultsAreInOrderOfMeasurement(t *testing.T) {
	high := 200.0
	b := newBedside(t, onlyZScore(t, func(c *alerts.Config) {
		c.Limit.Tests = map[string]alerts.Limit{"2345-7": {High: &high}}
	}))
	b.hear(criticalResult("r0", "p0", seconds(0), 300, 0))
	for i := range 3 {
		b.hear(criticalResult(fmt.Sprint("s", i), fmt.Sprint("p", i), seconds(-4*hour+i), 95, 0))
	}
	said := b.of(alerts.RuleLimit)
	if got := changes(said); got != " opened resolved" {
		t.Errorf("said%s", got)
	}
	inOrder(t, said)
}

// TestAcknowledgementIsNotTheDevicesTime: a device whose clock lags behind the person's ends its alert as any other, at its
// own time.
func TestAcknowledgementIsNotTheDevicesTime(t *testing.T) {
	b := newBedside(t, onlyZScore(t, nil))
	at := b.bath(0, 4, 5)
	said := b.of(alerts.RuleLimit)
	b.verdict(record.AcknowledgeEvent, said[0].ID, seconds(hour))
	b.restart(b.j)
	at = b.bath(at, 4, 0)
	said = b.of(alerts.RuleLimit)
	if got := changes(said); got != " updated resolved" {
		t.Fatalf("said%s", got)
	}
	if end := said[1].At; end >= seconds(at) {
		t.Errorf("ended at %v", time.Unix(0, end).UTC())
	}
}
