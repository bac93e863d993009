package kafka

import (
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

func TestWaiting(t *testing.T) {
	w := newWaiting(metrics.NewSet(), `{stage="judge"}`)
	start := time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		second         int
		committed, end int64
		records, wait  float64
	}{
		{0, 0, 0, 0, 0},
		{5, 9, 10, 1, 0},         // a transaction's marker
		{10, 9, 20, 11, 0},       // seen for the first time
		{15, 9, 30, 21, 5},       // stuck
		{20, 19, 30, 11, 5},      // what was the end at 10 s is done; that of 15 s is not
		{25, 29, 40, 11, 0},      // that too; the end of 20 s was the same, that of 25 s is new
		{4000, 29, 50, 21, 3975}, // hours
		{4005, 49, 50, 1, 0},
	} {
		w.look(start.Add(time.Duration(c.second)*time.Second), c.committed, c.end)
		if w.records.Get() != c.records || w.seconds.Get() != c.wait {
			t.Errorf("look %d: %v records since %v s, want %v and %v", i, w.records.Get(), w.seconds.Get(), c.records, c.wait)
		}
	}
	for i := range 3 * endsKept {
		w.look(start.Add(5000*time.Second+time.Duration(i)*5*time.Second), 49, 60+int64(i))
	}
	if len(w.ends) > endsKept || w.seconds.Get() != float64(5*(3*endsKept-1)) {
		t.Errorf("%d ends are kept, and the wait is %v s", len(w.ends), w.seconds.Get())
	}
}

// TestWaitingIsCaughtUpWith: hours were missed, and while they are caught up with the wait shrinks as it does in truth. It was 0
// as soon as the first hour was done.
func TestWaitingIsCaughtUpWith(t *testing.T) {
	w := newWaiting(metrics.NewSet(), `{stage="judge"}`)
	start := time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC)
	const hours = 24 * 3600
	for second := 0; second <= hours; second += 5 { // one record a second
		w.look(start.Add(time.Duration(second)*time.Second), 0, int64(second))
	}
	second := hours
	for committed := 0; committed < hours; committed += 100 {
		second += 5
		w.look(start.Add(time.Duration(second)*time.Second), int64(committed), int64(second))
		truth := float64(second - committed)
		if got := w.seconds.Get(); got > truth || got < truth-170 {
			t.Fatalf("%d are committed: the wait is %v s, and in truth %v s", committed, got, truth)
		}
		if len(w.ends) > endsKept {
			t.Fatalf("%d ends are kept", len(w.ends))
		}
	}
	second += 5
	if w.look(start.Add(time.Duration(second)*time.Second), int64(second), int64(second)); w.seconds.Get() != 0 {
		t.Errorf("all is done, and the wait is %v s", w.seconds.Get())
	}
	for range 2 { // notes every look again
		second += 5
		w.look(start.Add(time.Duration(second)*time.Second), int64(second-100), int64(second))
	}
	if len(w.ends) != 2 {
		t.Errorf("%d of two ends are kept", len(w.ends))
	}
}
