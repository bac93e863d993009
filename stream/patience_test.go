package stream

import (
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// A sensor that stands at a new level for long is learned anew there, with a restart in between too; it alarms again
// when it moves on. Both the time and the readings count.
func TestOutlastedAlertIsLearnedAnew(t *testing.T) {
	j := onlyZScore(t, nil)
	j.AcceptAfter = Patience{Time: 100 * time.Second, Readings: 200}
	b := newBedside(t, j)
	at := b.bath(0, 60, 0)
	at = b.bath(at, 150, 3)
	if got := changes(b.of("zscore")); got != " opened" && got != " opened updated" {
		t.Fatalf("the shift said%s", got)
	}
	b.restart(j)
	at = b.bath(at, 40, 3)
	if got := changes(b.of("zscore")); got != "" {
		t.Errorf("after 190 readings said%s", got)
	}
	at = b.bath(at, 20, 3)
	if got := changes(b.of("zscore")); got != " resolved" {
		t.Errorf("after 210 readings said%s, want resolved", got)
	}
	at = b.bath(at, 60, 3)
	if got := changes(b.of("zscore")); got != "" {
		t.Errorf("the new level said%s", got)
	}
	b.bath(at, 20, 0)
	if got := changes(b.of("zscore")); got != " opened" && got != " opened updated" {
		t.Errorf("the way back said%s, want opened", got)
	}
}

func TestPatienceNeedsBoth(t *testing.T) {
	p := Patience{Time: time.Hour, Readings: 10}
	var w Waiting
	for i := range 100 { // a reading a second: an hour is not over
		if w.Outlasted(p, true, seconds(i)) {
			t.Fatal("outlasted after seconds")
		}
	}
	if !w.Outlasted(p, true, seconds(3600)) {
		t.Error("not outlasted after an hour and 101 readings")
	}
	for i := range 9 { // a reading a day: there are too few
		if w.Outlasted(p, true, seconds(86400*(i+1))) {
			t.Fatal("outlasted after nine readings")
		}
	}
	if w.Outlasted(p, false, seconds(86400*20)) || w.Outlasted(p, true, seconds(86400*21)) {
		t.Error("an alert that ended was remembered")
	}
	var off Waiting
	for i := range 1000 {
		if off.Outlasted(Patience{}, true, seconds(86400*i)) {
			t.Fatal("outlasted although it is switched off")
		}
	}
}

// Results and controls are never accepted by themselves.
func TestOnlySensorsAreAccepted(t *testing.T) {
	j := onlyZScore(t, nil)
	j.AcceptAfter = Patience{Time: time.Second, Readings: 20}
	b := newBedside(t, j)
	for i := range 400 {
		value := 95 + float64(i%5)
		if i > 100 {
			value += 40
		}
		b.hear(record.Record{Kind: record.Control, Device: "analyser", Time: seconds(i), Test: record.Test{LOINC: "2345-7"}, Unit: "mg/dL",
			Level: "1", Expected: 95, TargetSD: 100, Value: record.Value{Kind: record.Number, Number: value}})
	}
	said := b.of("zscore")
	if len(said) == 0 {
		t.Error("the shift said nothing")
	}
	for _, a := range said {
		if a.Change == alerts.Resolved {
			t.Error("an alert of a control ended by itself")
		}
	}
}
