package kafka

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	at := func(ms float64) time.Time { return start.Add(time.Duration(ms * 1e6)) }
	p := pace{interval: 200 * time.Millisecond}
	for i, c := range []struct {
		begins, ends, commit, done float64 // ms
	}{
		{1000, 1002.5, 1003, 1004},  // a first record waits for a tenth only, and intervals grow: 25
		{1005, 1053, 1053, 1060},    // 50
		{1061, 1153, 1152, 1162},    // 100
		{1163, 1352, 1352, 1372},    // 200 from commit to commit
		{1373, 1552, 1552, 1562},    // the same
		{9000, 9020, 9020, 9025},    // after a pause a tenth
		{9100, 9220, 9220, 9290},    // a slow commit
		{9490, 9560, 9560, 9960},    // as long as the last commit took
		{9970, 10170, 10170, 10180}, // but for no longer than the interval
	} {
		if got := p.end(at(c.begins)); !got.Equal(at(c.ends)) {
			t.Errorf("%d: begun at %v ms, ends after %v, want %v ms", i, c.begins, got.Sub(start), c.ends)
		}
		p.committed(at(c.commit), at(c.done))
	}
}

// An interval that is shorter than the first ones is the first.
func TestPaceShorterThanTheFirst(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	p := pace{interval: 10 * time.Millisecond}
	p.committed(now, now)
	if got := p.end(now); got.Sub(now) != 10*time.Millisecond {
		t.Errorf("ends after %v", got.Sub(now))
	}
}

// More partitions are input that has waited.
func TestPaceRestarts(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	p := pace{interval: 200 * time.Millisecond, grown: 200 * time.Millisecond, last: now}
	p.restart()
	if got := p.end(now); got.Sub(now) != firstPace {
		t.Errorf("ends after %v, want %v", got.Sub(now), firstPace)
	}
}

// TestMovingIsSoonOver: intervals are short from when the group assigns anew until what it gave is committed.
func TestMovingIsSoonOver(t *testing.T) {
	b := newBench(t)
	s := &session{env: b.env, stage: nothing{}, owned: map[place]int64{}}
	if s.moving() {
		t.Error("before anything has moved")
	}
	s.revoked(nil) // as the client calls it before it joins again
	if !s.moving() {
		t.Error("the group would wait for a whole interval")
	}
	s.revoke = false // by the commit
	s.open(t.Context(), place{"raw", 0})
	if !s.moving() {
		t.Error("readers would wait for a whole interval")
	}
}
