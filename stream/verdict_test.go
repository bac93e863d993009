package stream

import (
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// bath is a sensor whose temperature is 4 °C, with a little scatter, plus a shift.
func (b *bedside) bath(at, n int, shift float64) (next int) {
	for end := at + n; at < end; at++ {
		b.hear(sample("bath", seconds(at), record.Channel{Name: "storage_temp_c", Value: 4 + .1*float64(at%5) + shift}))
	}
	return at
}

// verdict is what somebody says of an alert, by a clock of his own.
func (b *bedside) verdict(e record.EventType, alert string, at int64) {
	b.hear(record.Record{Kind: record.Event, ID: e.String() + ":" + alert, Device: "bath", EventType: e, Severity: "info",
		Technician: "t1.k1.somebody", Time: at})
}

// TestAcceptedAlertIsLearnedAnew: a bath that was set to another temperature for good alarms until somebody accepts
// that. His clock may be anywhere.
func TestAcceptedAlertIsLearnedAnew(t *testing.T) {
	for name, clock := range map[string]int64{
		"in step":          seconds(80),
		"a year ahead":     seconds(80) + int64(365*24*time.Hour),
		"two days behind":  seconds(80) - int64(48*time.Hour),
		"with its restart": seconds(81),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, onlyZScore(t, nil))
			at := b.bath(0, 60, 0)
			at = b.bath(at, 20, 3)
			opened := b.of("zscore")
			if changes(opened) != " opened" && changes(opened) != " opened updated" {
				t.Fatalf("the shift said%s", changes(opened))
			}
			if name == "with its restart" {
				b.restart(b.j)
			}
			b.verdict(record.AcceptEvent, opened[0].ID, clock)
			if got := changes(b.of("zscore")); got != " resolved" {
				t.Errorf("the verdict said%s, want resolved", got)
			}
			at = b.bath(at, 60, 3)
			if got := learnedOf(b); got < b.j.Baseline.MinN {
				t.Errorf("after the verdict the baseline has learned %d values", got)
			}
			if got := changes(b.of("zscore")); got != "" {
				t.Errorf("the accepted level said%s", got)
			}
			b.bath(at, 20, 0)
			if got := changes(b.of("zscore")); got != " opened" && got != " opened updated" {
				t.Errorf("the way back said%s, want opened", got)
			}
		})
	}
}

// TestAcknowledgedAlertIsQuiet: an alert that somebody looks after is not said again, but its end is.
func TestAcknowledgedAlertIsQuiet(t *testing.T) {
	policy := func(c *alerts.Config) {
		p := alerts.Default().Detectors["zscore"]
		p.Policy.UpdateEvery = 10 * time.Second
		c.Detectors["zscore"] = p
	}
	b := newBedside(t, onlyZScore(t, policy))
	at := b.bath(0, 60, 0)
	at = b.bath(at, 30, 3)
	said := b.of("zscore")
	if len(said) < 3 {
		t.Fatalf("an alert that nobody looks after said%s", changes(said))
	}
	b.verdict(record.AcknowledgeEvent, said[0].ID, seconds(at))
	if got := changes(b.of("zscore")); got != " updated" {
		t.Errorf("the acknowledgement said%s", got)
	}
	b.restart(b.j)
	b.verdict(record.AcknowledgeEvent, said[0].ID, seconds(at+1)) // once more
	at = b.bath(at, 60, 3)
	if got := changes(b.of("zscore")); got != "" {
		t.Errorf("an alert that is looked after said%s", got)
	}
	b.bath(at, 20, 0)
	if got := changes(b.of("zscore")); got != " resolved" {
		t.Errorf("its end said%s", got)
	}
}

// TestVerdictOnNothing: a verdict on an alert of another device, or on one that is over, changes nothing.
func TestVerdictOnNothing(t *testing.T) {
	b := newBedside(t, onlyZScore(t, nil))
	b.bath(0, 60, 0)
	before := learnedOf(b)
	b.verdict(record.AcceptEvent, alerts.NewID(record.Origin{}, "zscore", "other", "c").String(), seconds(60))
	if got := learnedOf(b); got != before {
		t.Errorf("the baseline has %d values, had %d", got, before)
	}
	if len(b.alerts) != 0 {
		t.Errorf("said %v", b.alerts)
	}
	if b.w.tally.idleVerdicts != 1 {
		t.Errorf("%d idle verdicts counted, want 1", b.w.tally.idleVerdicts)
	}
}

// TestVerdictIsNotTheDevice: who says that he looks after a silent device does not end its silence, also where events
// are expected of it; and what is said of a device that is gone does not bring it back.
func TestVerdictIsNotTheDevice(t *testing.T) {
	j := testJudging(t)
	j.Alerts.Silent.Kinds = []string{record.Telemetry.String(), record.Event.String()}
	b := newBedside(t, j)
	at := b.bath(0, 5, 0)
	for ; at < 60; at += 5 {
		b.tick(at)
	}
	said := b.of("silent")
	if changes(said) != " opened" {
		t.Fatalf("silence was %s", changes(said))
	}
	b.verdict(record.AcknowledgeEvent, said[0].ID, seconds(at))
	if got := changes(b.of("silent")); got != " updated" {
		t.Errorf("the acknowledgement said%s", got)
	}
	b.hear(record.Record{Kind: record.Event, ID: "e1", Device: "bath", Time: seconds(at + 1), EventType: record.RetiredEvent, Severity: "info"})
	b.verdict(record.AcceptEvent, said[0].ID, seconds(at+2))
	if got := b.fleet(); len(got) != 0 {
		t.Errorf("%v are shown", got)
	}
}
