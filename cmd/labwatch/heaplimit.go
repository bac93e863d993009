package main

import (
	"context"
	"math"
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
// has set, by GOMEMLIMIT, stands.
func limitHeap(memoryMB int) (stop func(context.Context) error) {
	before := debug.SetMemoryLimit(-1)
	if before != math.MaxInt64 {
		return func(context.Context) error { return nil }
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer debug.SetMemoryLimit(before)
		followHeap(ctx, int64(memoryMB)<<20+besideDevices)
	}()
	return func(context.Context) error {
		cancel()
		<-done
		return nil
	}
}

// followHeap sets the limit, and moves it when what lives outgrows it: without a state folder all devices stay in memory,
// whatever the config says.
func followHeap(ctx context.Context, configured int64) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	look := time.NewTicker(looksAt)
	defer look.Stop()
	for set := int64(0); ; {
		metrics.Read(live)
		limit := heapLimit(configured, int64(live[0].Value.Uint64()))
		if apart := limit - set; max(apart, -apart) > set/16 { // each setting stops the world for a moment
			debug.SetMemoryLimit(limit)
			set = limit
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// heapLimit is what is configured, or room for half as much again as lives: so the collector works about twice as hard as
// Go's default lets it, never more.
func heapLimit(configured, live int64) int64 { return max(configured, live+live/2+besideDevices/2) }
