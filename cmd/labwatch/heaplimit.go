package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Go lets the heap grow to twice what lives in it. judge.memory_mb is meant to hold the collector's share, so beyond it and
// the room below it is made to collect earlier, and to give back what it does not use.
const (
	// besideDevices is what else there is than devices: clients of Kafka, tables of Badger, and, half of it, what the runtime
	// needs itself and holds in pieces that are free.
	besideDevices = 48 << 20
	// looksAt is how often the limit is compared with what lives.
	looksAt = 250 * time.Millisecond
)

// limitHeap keeps the memory that Go holds near memoryMB MiB, until the returned function is called. A limit that the operator
// has set, by GOMEMLIMIT, is never exceeded.
func limitHeap(memoryMB int) (stop func(context.Context) error) {
	operator := debug.SetMemoryLimit(-1)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	f := &heapFollower{
		configured: int64(memoryMB)<<20 + besideDevices,
		ceiling:    operator,
		read: func() int64 {
			metrics.Read(live)
			return int64(live[0].Value.Uint64())
		},
		set: func(limit int64) { debug.SetMemoryLimit(limit) },
	}
	f.look()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		every := time.NewTicker(looksAt)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				f.look()
			}
		}
	}()
	return func(context.Context) error {
		cancel()
		<-done
		debug.SetMemoryLimit(operator)
		return nil
	}
}

// heapFollower moves the limit when what lives outgrows it: without a state folder all devices stay in memory, whatever the
// config says. All are bytes.
type heapFollower struct {
	configured, ceiling int64
	read                func() int64 // what lives
	set                 func(int64)
	at                  int64 // the limit that was set last
}

func (f *heapFollower) look() {
	limit := min(f.ceiling, heapLimit(f.configured, f.read()))
	if apart := limit - f.at; max(apart, -apart) > f.at/16 { // each setting stops the world for a moment
		f.set(limit)
		f.at = limit
	}
}

// heapLimit is what is configured, or room for half as much again as lives: so the collector works about twice as hard as Go's
// default lets it. Beside the heap the limit holds what the runtime needs itself and what lies in pieces that are free, both of
// which grow with the heap, and Go aims 3 % below it (runtime/mgcpacer.go, memoryLimitHeapGoal): hence the rest.
func heapLimit(configured, live int64) int64 {
	return max(configured, live+live/2+max(besideDevices/2, live/8))
}
