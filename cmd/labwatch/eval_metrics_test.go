package main

import (
	"math"
	"slices"
	"testing"
)

var nan = math.NaN()

func truths(s string) (t []bool) {
	for _, c := range s {
		t = append(t, c == '1')
	}
	return t
}

func near(a, b, tolerance float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || a == b || math.Abs(a-b) <= tolerance
}

func TestAUC(t *testing.T) {
	cases := []struct {
		name   string
		scores []float64
		truth  string
		want   float64
	}{
		{"3 of 4 pairs in order", []float64{0.1, 0.4, 0.35, 0.8}, "0011", 0.75}, // the example of scikit-learn's roc_auc_score
		{"all tied", []float64{2, 2, 2, 2}, "0101", 0.5},
		{"one tie of two pairs", []float64{1, 2, 2}, "001", 0.75},
		{"upside down", []float64{3, 2, 1}, "001", 0},
		{"not ready", []float64{nan, 1, 2, nan}, "1010", 1},
		{"infinite", []float64{math.Inf(-1), 5, math.Inf(1)}, "001", 1},
		{"no anomaly", []float64{1, 2}, "00", nan},
		{"no normal record", []float64{1, 2}, "11", nan},
	}
	for _, c := range cases {
		if got := auc(c.scores, truths(c.truth)); !near(got, c.want, 0) {
			t.Errorf("%s: AUC %v, want %v", c.name, got, c.want)
		}
	}
}

func TestThresholdAt(t *testing.T) {
	cases := []struct {
		name   string
		far    float64
		scores []float64
		truth  string
		want   float64
	}{
		{"none allowed", 0, []float64{1, 2, 3, 4}, "0011", 3},
		{"one of four allowed", 0.25, []float64{1, 2, 3, 4, 2.5}, "00001", 4},
		{"ties go together", 0.25, []float64{1, 4, 4, 4, 5}, "00001", 5},
		{"nothing above the worst", 0, []float64{1, 9, 3}, "001", math.Inf(1)},
		{"not ready is quiet", 0.5, []float64{nan, nan, 7, 8}, "0001", math.Inf(-1)},
	}
	for _, c := range cases {
		truth := truths(c.truth)
		got := thresholdAt(c.far, c.scores, truth)
		if !near(got, c.want, 0) {
			t.Errorf("%s: threshold %v, want %v", c.name, got, c.want)
		}
		if far := confusion(func(i int) bool { return c.scores[i] >= got }, truth).far(); far > c.far {
			t.Errorf("%s: threshold %v alarms on %v of normal records, allowed %v", c.name, got, far, c.far)
		}
	}
}

func TestConfusion(t *testing.T) {
	alarm := truths("110100")
	c := confusion(func(i int) bool { return alarm[i] }, truths("101100"))
	if want := (evalCounts{tp: 2, fp: 1, fn: 1, tn: 2}); c != want {
		t.Fatalf("counts %+v, want %+v", c, want)
	}
	if !near(c.f1(), 2.0/3, 1e-15) || !near(c.far(), 1.0/3, 1e-15) || !near(c.mar(), 1.0/3, 1e-15) {
		t.Errorf("F1 %v, FAR %v, MAR %v, want a third each but 2/3 for F1", c.f1(), c.far(), c.mar())
	}
}

// On SKAB, of whose rows 53.7 % are anomalous, an alarm that never ends has an F1 of 0.698. The share is rounded, so
// the golden value is met to a thousandth.
func TestAlwaysAlarmOnSKAB(t *testing.T) {
	truth := make([]bool, 1000)
	for i := range 537 {
		truth[i] = true
	}
	set := &evalSet{truth: truth}
	row := newEvalTruth(set).row(alwaysAlarm(len(truth)))
	if !near(float64(row.F1), 0.698, 0.001) || row.FAR != 1 || row.MAR != 0 || row.AUC != 0.5 || row.F1AtRate != 0 {
		t.Errorf("F1 %v (at 1 %%: %v), FAR %v, MAR %v, AUC %v, want 0.698 (0), 1, 0, 0.5",
			row.F1, row.F1AtRate, row.FAR, row.MAR, row.AUC)
	}
}

func TestRandomAlarm(t *testing.T) {
	b := evalBench{seed: 1}
	truth := make([]bool, 20000)
	for i := range 5000 {
		truth[4*i] = true
	}
	row := newEvalTruth(&evalSet{truth: truth}).row(randomAlarm(len(truth), b.generator("x")))
	// Five standard errors: of the AUC √((n+m+1)/(12nm)) = 0.0047, of a share of 1 % of 15,000 0.0008.
	if !near(float64(row.AUC), 0.5, 0.024) || !near(float64(row.FAR), evalFAR, 0.004) {
		t.Errorf("AUC %v, FAR %v, want about 0.5 and %v", row.AUC, row.FAR, evalFAR)
	}
}

func TestEvents(t *testing.T) {
	const minute = 60e9
	set := &evalSet{truth: truths("0111001100"), timed: true}
	for i := range set.truth {
		set.at = append(set.at, int64(i)*minute)
	}
	truth := newEvalTruth(set)
	if want := []evalEvent{{1, 4}, {6, 8}}; !slices.Equal(truth.events, want) {
		t.Fatalf("events %v, want %v", truth.events, want)
	}
	alarm := truths("1001110010")
	if got := truth.delays(func(i int) bool { return alarm[i] }); !slices.Equal(got, []float64{120}) {
		t.Errorf("delays %v, want one of 120 s", got)
	}
	// Five normal minutes with 2 alerts opened in them; the one inside an event is none.
	if got, want := truth.falseAlerts([]int{1, 0, 0, 1, 0, 0, 0, 0, 1, 0}), 2/(5.0/1440); !near(got, want, 1e-9) {
		t.Errorf("%v false alerts a day, want %v", got, want)
	}
	all := poolTruth([]*evalTruth{truth, truth})
	if want := []evalEvent{{1, 4}, {6, 8}, {11, 14}, {16, 18}}; !slices.Equal(all.events, want) || all.days != 2*truth.days {
		t.Errorf("pooled events %v in %v days, want %v in %v", all.events, all.days, want, 2*truth.days)
	}
	set.timed = false
	if truth := newEvalTruth(set); truth.days != 0.005 || truth.delays(func(i int) bool { return alarm[i] })[0] != 2 {
		t.Errorf("without times: %v thousand normal records, want 0.005, and a delay of 2 records", truth.days)
	}
	if mixed := poolTruth([]*evalTruth{truth, newEvalTruth(set)}); mixed.days != 0.01 || mixed.at != nil {
		t.Errorf("with and without times: %v thousand normal records, want 0.01", mixed.days)
	}
}
