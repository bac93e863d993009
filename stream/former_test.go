package stream

import (
	"maps"
	"testing"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

func temperatureOf(b *bedside) *series { return b.w.devices["bath"].held.series.find("storage_temp_c") }

// normalOf is what counts as normal, without the counters that tell one state of a baseline from another.
func normalOf(b *bedside) detectors.Moments {
	m, _ := temperatureOf(b).baseline.Moments()
	return m
}

// mistaken is a bath whose shift of three degrees somebody took for good, so that it was learned. Relearn is how; it is
// given the alert of the shift.
func mistaken(t *testing.T, relearn func(b *bedside, at int, alert string) (next int)) (b *bedside, at int, was detectors.Moments, alert string) {
	t.Helper()
	j := onlyZScore(t, nil)
	j.AcceptAfter = Patience{Readings: 30}
	b = newBedside(t, j)
	at = b.bath(0, 60, 0)
	was = normalOf(b)
	at = b.bath(at, 20, 3)
	opened := b.of("zscore")
	if len(opened) == 0 || opened[0].Change != alerts.Opened {
		t.Fatalf("the shift said%s", changes(opened))
	}
	at = relearn(b, at, opened[0].ID)
	at = b.bath(at, 60, 3)
	b.of("zscore")
	if normalOf(b).Mean < was.Mean+2 {
		t.Fatalf("it was not learned anew: the mean is %v", normalOf(b).Mean)
	}
	return b, at, was, opened[0].ID
}

func accepted(b *bedside, at int, alert string) int {
	b.verdict(record.AcceptEvent, alert, seconds(at))
	return at
}

func outlasted(b *bedside, at int, _ string) int { return b.bath(at, 30, 3) }

func miscalibrated(b *bedside, at int, _ string) int {
	b.hear(record.Record{Kind: record.Event, ID: "c1", Device: "bath", EventType: record.CalibrationEvent, Severity: "info", Time: seconds(at)})
	return at
}

// TestRollBack: what was learned by mistake, by a verdict, by patience or after a calibration that never was, is taken
// back by the alert that ended with it. That says nothing by itself, neither then nor while the level is the former one.
func TestRollBack(t *testing.T) {
	for name, c := range map[string]struct {
		relearn func(*bedside, int, string) int
		restart bool
	}{
		"accepted": {accepted, false}, "accepted, with a restart": {accepted, true},
		"outlasted": {outlasted, false}, "calibrated": {miscalibrated, true},
	} {
		t.Run(name, func(t *testing.T) {
			b, at, was, alert := mistaken(t, c.relearn)
			if c.restart {
				b.restart(b.j)
			}
			b.verdict(record.RollBackEvent, alert, seconds(at))
			if c.restart {
				b.restart(b.j)
			}
			if got := normalOf(b); got != was {
				t.Errorf("normal is %+v, was %+v", got, was)
			}
			if temperatureOf(b).former != nil {
				t.Error("the former baseline is kept for a second time")
			}
			at = b.bath(at, 60, 0)
			if got := changes(b.of("zscore")); got != "" {
				t.Errorf("the former level said%s", got)
			}
			b.bath(at, 20, 3)
			if got := changes(b.of("zscore")); got != " opened" && got != " opened updated" {
				t.Errorf("the shift said%s, want opened", got)
			}
			if b.w.tally.rollbacks > 1 || b.w.tally.rollbacks == 0 && !c.restart || b.w.tally.idleVerdicts != 0 {
				t.Errorf("%d roll backs, %d idle verdicts", b.w.tally.rollbacks, b.w.tally.idleVerdicts)
			}
		})
	}
}

// TestRollBackByAnOpenAlert: the way back from a level that was accepted by mistake alarms; that alert names it too.
func TestRollBackByAnOpenAlert(t *testing.T) {
	b, at, was, _ := mistaken(t, accepted)
	at = b.bath(at, 20, 0)
	opened := b.of("zscore")
	if len(opened) == 0 {
		t.Fatal("the way back said nothing")
	}
	b.verdict(record.RollBackEvent, opened[0].ID, seconds(at))
	if got := changes(b.of("zscore")); got != " resolved" {
		t.Errorf("the verdict said%s, want resolved", got)
	}
	if got := normalOf(b); got != was {
		t.Errorf("normal is %+v, was %+v", got, was)
	}
	b.bath(at, 60, 0)
	if got := changes(b.of("zscore")); got != "" {
		t.Errorf("the former level said%s", got)
	}
}

// TestRollBackOfNothing: there is one former baseline, and it is used once.
func TestRollBackOfNothing(t *testing.T) {
	b, at, was, alert := mistaken(t, accepted)
	b.verdict(record.RollBackEvent, alerts.NewID(record.Origin{}, "zscore", "other", "c").String(), seconds(at))
	if normalOf(b) == was || b.w.tally.idleVerdicts != 1 {
		t.Error("an alert that was never there rolled it back")
	}
	b.verdict(record.RollBackEvent, alert, seconds(at))
	if normalOf(b) != was {
		t.Error("it was not rolled back")
	}
	at = b.bath(at, 60, 0)
	b.verdict(record.RollBackEvent, alert, seconds(at+1))
	if b.w.tally.rollbacks != 1 || learnedOf(b) < 100 {
		t.Error("said twice it is done twice")
	}
	limit := newBedside(t, testJudging(t))
	next := limit.bath(0, 5, 0)
	limit.bath(next, 1, 20)
	said := limit.of(alerts.RuleLimit)
	if len(said) != 1 {
		t.Fatalf("the limit said%s", changes(said))
	}
	limit.verdict(record.RollBackEvent, said[0].ID, seconds(next+1))
	if got := changes(limit.of(alerts.RuleLimit)); got != "" || limit.w.tally.idleVerdicts != 1 {
		t.Errorf("rolling a limit back said%s", got)
	}
}

// TestWhatDoesNotCountIsNotKept: a calibration in the middle of learning anew does not cost the former baseline.
func TestWhatDoesNotCountIsNotKept(t *testing.T) {
	b := newBedside(t, onlyZScore(t, nil))
	at := b.bath(0, 60, 0)
	was := normalOf(b)
	at = b.bath(at, 20, 3)
	alert := b.of("zscore")[0].ID
	b.verdict(record.AcceptEvent, alert, seconds(at))
	at = miscalibrated(b, b.bath(at, b.j.Baseline.MinN-1, 3), "")
	b.verdict(record.RollBackEvent, alert, seconds(at))
	if normalOf(b) != was {
		t.Errorf("normal is %+v, was %+v", normalOf(b), was)
	}
}

// TestUpgradeReadsVersion3: testdata/version3.json is what the last build of state version 3 (690a804) wrote for
// laboratory(7, 100), and of its group for laboratory(7, 10). Every series comes back with the readings that it had, and
// with no former baseline.
func TestUpgradeReadsVersion3(t *testing.T) {
	j := testJudging(t)
	w := restoreFormer(t, j, 3)
	got := map[string]int{}
	for _, d := range w.devices {
		for _, s := range d.held.series.all {
			got[d.name+" "+s.name] = s.baseline.N()
			if s.former != nil || s.standing != (detectors.Standing{}) {
				t.Errorf("%s has a former baseline or a score", s.name)
			}
		}
	}
	want := map[string]int{"analyser-0 2345-7": 88, "analyser-0 qc/2345-7/L1": 5, "analyser-1 2345-7": 15,
		"monitor-0 ph_level": 99, "monitor-0 storage_temp_c": 99, "monitor-1 ph_level": 51, "monitor-1 storage_temp_c": 50}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(w.groups) != 1 || j.Metrics.detectorRestarts.Get() != 0 {
		t.Errorf("%d groups, %d detectors began anew", len(w.groups), j.Metrics.detectorRestarts.Get())
	}
	straight(t, w, laboratory(8, 50))
}
