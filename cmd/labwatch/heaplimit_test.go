package main

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"testing"
)

func TestHeapLimit(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct{ configured, live, want int64 }{
		{96 * mb, 0, 96 * mb},
		{96 * mb, 40 * mb, 96 * mb},   // room for more than half as much again
		{96 * mb, 100 * mb, 174 * mb}, // what lives does not fit: the collector still gets half as much again
	} {
		if got := heapLimit(c.configured, c.live); got != c.want {
			t.Errorf("limit of %d MB configured and %d MB that live is %d, want %d", c.configured/mb, c.live/mb, got, c.want)
		}
	}
}

// What the operator has set is not touched, and what labwatch has set is taken back.
func TestHeapLimitOfOperator(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for _, c := range []struct{ operator, want int64 }{{3 << 30, 3 << 30}, {math.MaxInt64, 2<<30 + besideDevices}} {
		debug.SetMemoryLimit(c.operator)
		stop := limitHeap(2 << 10)
		eventually(t, fmt.Sprintf("a limit of %d", c.want), func() bool { return debug.SetMemoryLimit(-1) == c.want })
		if err := stop(context.Background()); err != nil || debug.SetMemoryLimit(-1) != c.operator {
			t.Errorf("after the stop the limit is %d (%v), want the operator's %d", debug.SetMemoryLimit(-1), err, c.operator)
		}
	}
}
