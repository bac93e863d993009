package stream

import (
	"slices"
	"strings"
	"testing"

	"labwatch/alerts"
	"labwatch/record"
)

// TestCorrectionOfAVerdictIsNoRepeat: what makes a control fail, and whose a result is, may be corrected with the same
// number.
func TestCorrectionOfAVerdictIsNoRepeat(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*record.Record)
		alert  bool
	}{
		"verdict":  {func(r *record.Record) { r.Passed = record.No }, true},
		"expected": {func(r *record.Record) { r.Expected = 80 }, true},
		"sd":       {func(r *record.Record) { r.TargetSD = .5 }, true},
		"level":    {func(r *record.Record) { r.Level = "L2" }, false},
		"lot":      {func(r *record.Record) { r.Lot = "4712" }, false},
		"patient":  {func(r *record.Record) { r.Kind, r.Patient = record.Result, "p2" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, testJudging(t))
			first := control("c1", "4711", seconds(0), 92, record.Yes)
			if name == "patient" {
				first = criticalResult("r1", "p1", seconds(0), 92, 0)
			}
			corrected := first
			c.change(&corrected)
			for _, r := range []record.Record{first, corrected, corrected} {
				b.hear(r)
			}
			if len(b.records) != 2 || !slices.Contains(b.records[1].Flags, "correction") {
				t.Fatalf("published are %+v, want the control and its correction", b.records)
			}
			if failed := changes(b.of(alerts.RuleQCFailed)) == " opened"; failed != c.alert {
				t.Errorf("failed is %v", failed)
			}
		})
	}
}

// TestCorrectedFailureIsNoSecondControl: it was measured once.
func TestCorrectedFailureIsNoSecondControl(t *testing.T) {
	b := newBedside(t, testJudging(t))
	hear := func(id string, at int, value float64, count int, action string) {
		t.Helper()
		b.hear(control(id, "4711", seconds(at), value, record.NotSaid))
		said := b.of(alerts.RuleQCFailed)
		if len(said) != 1 || said[0].Evidence.Count != count || !strings.Contains(said[0].Summary, action) {
			t.Errorf("said %+v, want %d controls and to %s", said, count, action)
		}
	}
	hear("c1", 0, 99, 1, "rerun the control")
	hear("c1", 0, 98.9, 1, "rerun the control")
	hear("c2", 60, 99, 2, "use a fresh vial")
	hear("c1", 0, 99.1, 2, "use a fresh vial")
	// The number first, its verdict later, of a control that is the newest: nobody has counted it.
	silent := control("c3", "4711", seconds(120), 91, record.NotSaid)
	silent.Value.Kind = record.NoValue
	b.hear(silent)
	silent.Passed = record.No
	b.hear(silent)
	if said := b.of(alerts.RuleQCFailed); len(said) != 1 || said[0].Evidence.Count != 3 {
		t.Errorf("said %+v, want the third control", said)
	}
}

// TestControlCorrectedToFailedIsCounted: it passed when it came, so nobody has counted it.
func TestControlCorrectedToFailedIsCounted(t *testing.T) {
	for _, after := range []int{1, 2} {
		b := newBedside(t, onlyZScore(t, func(c *alerts.Config) { c.QCFailed.Policy.OpenAfter = after }))
		for _, r := range []record.Record{
			control("c1", "4711", seconds(0), 90, record.NotSaid),
			control("c2", "4711", seconds(60), 99, record.NotSaid),
			control("c1", "4711", seconds(0), 99, record.NotSaid),
		} {
			b.hear(r)
		}
		said := b.of(alerts.RuleQCFailed)
		if len(said) != 3-after || said[len(said)-1].Evidence.Count != 2 || !strings.Contains(said[len(said)-1].Summary, "use a fresh vial") {
			t.Errorf("open_after %d: said %+v, want two controls and to use a fresh vial", after, said)
		}
		b.hear(control("c2", "4711", seconds(60), 99.1, record.NotSaid))
		if said := b.of(alerts.RuleQCFailed); len(said) != 1 || said[0].Evidence.Count != 2 {
			t.Errorf("open_after %d: the second corrected says %+v, want two controls", after, said)
		}
		b.hear(control("c1", "4711", seconds(0), 99.2, record.NotSaid))
		if said := b.of(alerts.RuleQCFailed); len(said) != 1 || said[0].Evidence.Count != 2 {
			t.Errorf("open_after %d: the first corrected once more says %+v, want two controls", after, said)
		}
	}
}

// TestFinalIsNoCorrection: a result that is first preliminary and then final, which is the usual way of HL7, was not
// corrected and is not told twice.
func TestFinalIsNoCorrection(t *testing.T) {
	for name, c := range map[string]struct {
		then      func(*record.Record)
		corrected bool
		want      string
	}{
		"final":                {func(r *record.Record) { r.Status = record.Final }, false, " opened"},
		"final, another value": {func(r *record.Record) { r.Status, r.Value.Number = record.Final, 490 }, true, " opened updated"},
		"corrected":            {func(r *record.Record) { r.Status = record.Corrected }, true, " opened updated"},
		"final, another patient": {func(r *record.Record) { r.Status, r.Patient = record.Final, "p2" }, true,
			" opened updated"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, testJudging(t))
			r := criticalResult("r1", "p1", seconds(0), 480, record.CriticalHigh)
			r.Status = record.Preliminary
			b.hear(r)
			b.restart(b.j)
			c.then(&r)
			b.hear(r)
			b.hear(r) // a repeat
			if len(b.records) != 2 || slices.Contains(b.records[1].Flags, "correction") != c.corrected {
				t.Fatalf("published are %+v, want the second flagged: %v", b.records, c.corrected)
			}
			said := b.of(alerts.RuleCriticalValue)
			if got := changes(said); got != c.want {
				t.Errorf("said%s, want%s", got, c.want)
			}
		})
	}
	// What was not told when it was preliminary, such as under other limits, is told.
	b := newBedside(t, testJudging(t))
	r := criticalResult("r1", "p1", seconds(0), 480, 0)
	r.Status = record.Preliminary
	b.hear(r)
	r.Status, r.Flags = record.Final, record.CriticalHigh
	b.hear(r)
	if got := changes(b.of(alerts.RuleCriticalValue)); got != " opened" {
		t.Errorf("said%s, want opened", got)
	}
}
