package main

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"testing"
)

func TestHeapLimit(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct{ configured, live, want int64 }{
		{96 * mb, 0, 96 * mb},
		{96 * mb, 40 * mb, 96 * mb},    // room for more than half as much again
		{96 * mb, 100 * mb, 174 * mb},  // what lives does not fit: the collector still gets half as much again, and 24 MB
		{96 * mb, 800 * mb, 1300 * mb}, // an eighth
	} {
		if got := heapLimit(c.configured, c.live); got != c.want {
			t.Errorf("limit of %d MB configured and %d MB that live is %d, want %d", c.configured/mb, c.live/mb, got, c.want)
		}
	}
}

// The limit grows and shrinks with what lives, not for less than a sixteenth, and never above the operator's.
func TestHeapFollower(t *testing.T) {
	lives := []int64{0, 160, 300, 318, 400, 380, 160, 159, 10_000, 0}
	want := []int64{ // each once: what was set
		320,  // configured
		487,  // 300 x 13/8; 160 fits
		650,  // 400; 318 is less than a sixteenth more than 300
		320,  // 160; 380 is less than a sixteenth below 400
		1000, // the operator's
		320,
	}
	const unit = 1 << 30 // so that the constant part of the room is the smaller one
	var set []int64
	f := &heapFollower{configured: 320 * unit, ceiling: 1000 * unit,
		read: func() (live int64) { live, lives = lives[0], lives[1:]; return live * unit },
		set:  func(limit int64) { set = append(set, limit/unit) }}
	for len(lives) > 0 {
		f.look()
	}
	if !slices.Equal(set, want) {
		t.Errorf("the limits were %d, want %d", set, want)
	}
}

// What the operator has set is not exceeded, and what labwatch has set is taken back.
func TestHeapLimitOfOperator(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	const configured = 2<<30 + besideDevices
	for _, c := range []struct{ operator, want int64 }{
		{1 << 30, 1 << 30},
		{3 << 30, configured},
		{math.MaxInt64, configured},
	} {
		t.Run(fmt.Sprint(c.operator), func(t *testing.T) {
			debug.SetMemoryLimit(c.operator)
			stop := limitHeap(2 << 10)
			if got := debug.SetMemoryLimit(-1); got != c.want {
				t.Errorf("the limit is %d, want %d", got, c.want)
			}
			if err := stop(context.Background()); err != nil || debug.SetMemoryLimit(-1) != c.operator {
				t.Errorf("after the stop the limit is %d (%v)", debug.SetMemoryLimit(-1), err)
			}
		})
	}
}
