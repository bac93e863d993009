package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// bedside is a worker of the log and what it says. Tests hand it one reading at a time.
type bedside struct {
	t       *testing.T
	j       *Judging
	w       *Worker
	offset  int64
	alerts  []alerts.Alert
	records []saidRecord
}

type saidRecord struct {
	Kind   string
	Flags  []string
	Scores []struct{ Detector, Series string }
}

func newBedside(t *testing.T, j *Judging) *bedside {
	return &bedside{t: t, j: j, w: NewWorker(j, nil, testSeal)}
}

// epoch is when the readings of these tests begin.
func epoch() int64 { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).UnixNano() }

func seconds(n int) int64 { return epoch() + int64(n)*int64(time.Second) }

// hear works one reading, which arrives when it says it was made unless it names another time.
func (b *bedside) hear(r record.Record) {
	b.t.Helper()
	if r.Arrived == 0 {
		r.Arrived = r.Time
	}
	if r.Kind != record.Control {
		r.Expected, r.TargetSD = math.NaN(), math.NaN()
	}
	r.Origin = record.Origin{Topic: "raw", Offset: b.offset}
	m := Message{Topic: "log", Offset: b.offset, Value: record.AppendBinary(nil, &r)}
	b.offset++
	if err := b.w.Process(m, b.take); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bedside) take(o Output) {
	var err error
	switch o.To {
	case Alerts:
		var a alerts.Alert
		a, err = alerts.ParseJSON(o.Value)
		b.alerts = append(b.alerts, a)
	case Records:
		b.records = append(b.records, saidRecord{})
		err = json.Unmarshal(o.Value, &b.records[len(b.records)-1])
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// of is what was said about a rule, and forgets everything that was said.
func (b *bedside) of(rule string) (list []alerts.Alert) {
	for _, a := range b.alerts {
		if a.Rule == rule {
			list = append(list, a)
		}
	}
	b.alerts = nil
	return list
}

// changes names those of alerts in their order.
func changes(list []alerts.Alert) string {
	s := ""
	for _, a := range list {
		s += " " + a.Change.String()
	}
	return s
}

// restart makes a new worker under another judging from the snapshots of the old one.
func (b *bedside) restart(j *Judging) {
	b.t.Helper()
	old := b.w
	b.j, b.w = j, NewWorker(j, nil, testSeal)
	err := old.Snapshots(func(key string, blob []byte) {
		if _, err := b.w.Restore(key, blob, b.offset); err != nil {
			b.t.Fatal(err)
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func criticalResult(id, patient string, at int64, value float64, flags record.Flag) record.Record {
	return record.Record{Kind: record.Result, ID: id, Patient: patient, Device: "analyser", Time: at, Flags: flags,
		Test: record.Test{LOINC: "2345-7"}, Unit: "mg/dL", Value: record.Value{Kind: record.Number, Number: value}}
}

// TestCriticalResultsWithoutID: nothing tells such results apart but where they stood, and one patient's must neither
// hide nor end another's.
func TestCriticalResultsWithoutID(t *testing.T) {
	b := newBedside(t, testJudging(t))
	b.hear(criticalResult("", "p1", seconds(0), 480, record.CriticalHigh|record.NoID))
	b.hear(criticalResult("", "p2", seconds(1), 95, record.NoID))
	b.hear(criticalResult("", "p3", seconds(2), 31, record.CriticalLow|record.NoID))
	b.hear(criticalResult("", "p2", seconds(3), 96, record.NoID))
	said := b.of(alerts.RuleCriticalValue)
	if got := changes(said); got != " opened opened" {
		t.Fatalf("said%s, want two that opened", got)
	}
	if said[0].ID == said[1].ID || said[0].Subject != "" || said[0].Severity != alerts.Critical {
		t.Errorf("the two alerts are %+v", said)
	}
}

// TestCorrectionTakesCriticalBack: the correction of a result speaks of the alert that the result opened.
func TestCorrectionTakesCriticalBack(t *testing.T) {
	b := newBedside(t, testJudging(t))
	b.hear(criticalResult("r1", "p1", seconds(0), 480, record.CriticalHigh))
	b.hear(criticalResult("r2", "p2", seconds(1), 500, record.CriticalHigh))
	b.hear(criticalResult("r1", "p1", seconds(2), 490, record.CriticalHigh))
	b.hear(criticalResult("r1", "p1", seconds(3), 148, 0))
	b.hear(criticalResult("r1", "p1", seconds(4), 149, 0))
	said := b.of(alerts.RuleCriticalValue)
	if got := changes(said); got != " opened opened updated resolved" {
		t.Fatalf("said%s", got)
	}
	if said[2].ID != said[0].ID || said[3].ID != said[0].ID || said[3].Subject != "r1" || said[1].ID == said[0].ID {
		t.Errorf("the alerts are %+v", said)
	}
}

// TestCriticalResultsAreBounded: each is told, the newest maxCritical are remembered, and which are forgotten depends
// on nothing but the input.
func TestCriticalResultsAreBounded(t *testing.T) {
	var first map[string][]byte
	for range 5 { // a map's order differs from run to run
		b := newBedside(t, testJudging(t))
		const n = 3 * maxCritical
		for i := range n {
			at := seconds(i / 10) // ten at a time: equals are told apart by name
			b.hear(criticalResult(fmt.Sprintf("r%03d", i), fmt.Sprint("p", i), at, 480, record.CriticalHigh))
		}
		if got := len(b.of(alerts.RuleCriticalValue)); got != n {
			t.Fatalf("%d of %d were told", got, n)
		}
		if got := len(b.w.devices["analyser"].held.rules); got != maxCritical {
			t.Fatalf("%d are remembered, want %d", got, maxCritical)
		}
		if first == nil {
			first = state(b.w)
		} else if !maps.EqualFunc(first, state(b.w), bytes.Equal) {
			t.Fatal("the same input left another state")
		}
		b.hear(criticalResult(fmt.Sprintf("r%03d", n-1), fmt.Sprint("p", n-1), seconds(n), 95, 0))
		if got := changes(b.of(alerts.RuleCriticalValue)); got != " resolved" {
			t.Fatalf("the newest was forgotten: its correction says%s", got)
		}
	}
}
