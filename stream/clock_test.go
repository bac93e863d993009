package stream

import (
	"math/rand/v2"
	"testing"
)

// TestClockAdvance: a tick is due when arrival times enter a new interval; after a gap nothing is known of who was
// silent in it; time does not run backwards.
func TestClockAdvance(t *testing.T) {
	c := &clock{interval: 10, gap: 50}
	for i, step := range []struct {
		arrived   int64
		due       bool
		at, since int64
	}{
		{1003, true, 1000, 1003}, // the first reading: nothing is known from before it
		{1009, false, 0, 0},
		{1010, true, 1010, 1003},
		{1001, false, 0, 0}, // back
		{1035, true, 1030, 1003},
		{1089, true, 1080, 1003}, // 50 on, which is not over the gap
		{1141, true, 1140, 1141}, // 60 on
		{1155, true, 1150, 1141},
	} {
		got, due := c.advance(int64(i), step.arrived)
		if want := (tick{step.at, step.since}); due != step.due || got != want {
			t.Errorf("step %d: %+v %v, want %+v %v", i, got, due, want, step.due)
		}
	}
}

// TestClockRewind: what the clock says of a redo point is what it said when it was there. An undisturbed clock is asked
// at every offset; one that is rewound with redo points as they come must give the same, and forget what is older.
func TestClockRewind(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	c := &clock{interval: 10, gap: 100}
	var before []clockAt // by offset: the clock before it
	arrived, redo := int64(500), 0
	stored := clockAt{}
	for offset := range 2000 {
		before = append(before, c.now)
		arrived += int64(rng.IntN(9)) - 2
		if rng.IntN(200) == 0 {
			arrived += 1000
		}
		c.advance(int64(offset), arrived)
		if rng.IntN(20) > 0 {
			continue
		}
		redo += rng.IntN(offset + 2 - redo)
		at, moved := c.rewind(int64(redo))
		want := c.now
		if redo <= offset {
			want = before[redo]
		}
		if at != want {
			t.Fatalf("before %d it was %+v, want %+v", redo, at, want)
		}
		if moved {
			stored = at
		}
		if stored != at {
			t.Fatalf("the redo point is %d, where it was %+v, and %+v is stored", redo, at, stored)
		}
		if len(c.past) > 1 && c.past[1].offset < int64(redo) {
			t.Fatalf("the redo point is %d and it still knows %d", redo, c.past[1].offset)
		}
	}
	if redo < 1000 {
		t.Fatalf("the redo point came to %d only", redo)
	}
}

func TestClockOfNothing(t *testing.T) {
	c := &clock{interval: 10, gap: 30}
	if at, moved := c.rewind(10); moved || at != (clockAt{}) {
		t.Errorf("a clock that never heard anything is %+v, moved %v", at, moved)
	}
	b := clockAt{offset: 7, bucket: 100, since: -3}.appendState(nil)
	var back clockAt
	r := &reader{b: b}
	back.read(r)
	if err := r.done(); err != nil || back != (clockAt{7, 100, -3}) {
		t.Errorf("read back %+v: %v", back, err)
	}
}
