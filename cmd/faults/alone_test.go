package main

import (
	"strings"
	"testing"
	"time"
)

// TestDelays tells the worst gap of each fault, beyond the pause that the fault itself makes, and holds it against what is
// allowed.
func TestDelays(t *testing.T) {
	zero := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	at := func(seconds float64) time.Time { return zero.Add(time.Duration(seconds*1000+0.5) * time.Millisecond) }
	faults := func(k kind, lasts time.Duration) (all []injected) {
		for n := range 3 {
			all = append(all, injected{fault: fault{kind: k, lasts: lasts}, at: at(float64(10 + 20*n)), back: at(float64(17 + 20*n))})
		}
		return all
	}
	gaps := []gap{
		{0, at(2), at(9)},         // before the first fault: nobody's
		{0, at(9.9), at(16.4)},    // 6.5 s; the last output before the fault was just committed
		{1, at(9.9), at(14)},      // shorter, of the same fault
		{3, at(30.2), at(36.2)},   // 6 s
		{3, at(37.1), at(48)},     // of the return of the instance
		{2, at(49.95), at(56.75)}, // 6.8 s
	}
	for _, c := range []struct {
		kind  kind
		lasts time.Duration
		gaps  []gap
		want  string
	}{
		{gone, 0, gaps, "fault=gone times=3 worst_ms=6800 median_ms=6500 allowed_ms=6600 within=false load="},
		{gone, 0, gaps[:5], "fault=gone times=3 worst_ms=6500 median_ms=6000 allowed_ms=6600 within=true load="},
		{kill, 6 * time.Second, gaps, "fault=kill times=3 worst_ms=800 median_ms=500 allowed_ms=600 within=false load="},
		{term, 10 * time.Second, gaps, "fault=term times=3 worst_ms=0 median_ms=0 allowed_ms=600 within=true load="},
	} {
		r := &result{lab: &lab{settings: &settings{alone: c.kind}}, faults: faults(c.kind, c.lasts), gaps: c.gaps}
		if got := r.delays(); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.kind, got, c.want)
		}
		if within := strings.Contains(c.want, "within=true"); r.wrong() == within {
			t.Errorf("%s: wrong is %v, and within is %v", c.kind, r.wrong(), within)
		}
	}
}

// TestDelaysAtTheEnd leaves out a fault that the deadline cut off, unless it had already taken too long.
func TestDelaysAtTheEnd(t *testing.T) {
	zero := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	end := zero.Add(20 * time.Second)
	for _, c := range []struct {
		silent time.Duration // a partition, at the end
		want   string
		wrong  bool
	}{
		{0, "times=1 worst_ms=500 ", false},
		{6 * time.Second, "times=1 worst_ms=500 ", false},
		{7 * time.Second, "times=2 worst_ms=7000 ", true},
	} {
		w := &witness{
			last: map[int32]time.Time{0: end.Add(-c.silent), 1: end.Add(time.Second)},
			gaps: []gap{{1, zero.Add(time.Second), zero.Add(1500 * time.Millisecond)}},
		}
		r := &result{lab: &lab{settings: &settings{alone: gone}}, faults: []injected{
			{fault: fault{kind: gone}, at: zero.Add(time.Second)},
			{fault: fault{kind: gone}, at: zero.Add(13 * time.Second), cut: true},
		}}
		r.gaps, _ = w.before(end)
		if got := r.delays(); !strings.Contains(got, c.want) || r.wrong() != c.wrong {
			t.Errorf("silent for %v: got %q, wrong %v; want %q, %v", c.silent, got, r.wrong(), c.want, c.wrong)
		}
		w.gaps = append(w.gaps, gap{1, end.Add(-7 * time.Second), end.Add(time.Second)}) // output came back after the end
		if r.gaps, _ = w.before(end); !strings.Contains(r.delays(), "worst_ms=7000 ") {
			t.Errorf("a gap of 7 s until the end and beyond: %s", r.delays())
		}
	}
	r := &result{lab: &lab{settings: &settings{alone: gone}}}
	if got := r.delays(); got != "delay: nothing was measured" || !r.wrong() {
		t.Errorf("without a fault: %q, wrong %v", got, r.wrong())
	}
}
