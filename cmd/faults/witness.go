package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// witness reads the published records as they are committed, and notes for how long each partition gave none.
type witness struct {
	client *kgo.Client

	mu   sync.Mutex
	last map[int32]time.Time
	gaps []gap
	seen int
}

// gap is a time without committed output of one partition.
type gap struct {
	partition int32
	from, to  time.Time
}

// noteworthy is the shortest gap that is kept: above one commit interval, below two.
const noteworthy = 250 * time.Millisecond

func (l *lab) newWitness() (*witness, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(l.bus.addresses()...), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeTopics(l.topic("records")), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMaxWait(50*time.Millisecond), kgo.MetadataMinAge(250*time.Millisecond))
	if err != nil {
		return nil, fmt.Errorf("start witness: %w", err)
	}
	return &witness{client: client, last: map[int32]time.Time{}}, nil
}

// run watches until ctx ends.
func (w *witness) run(ctx context.Context) {
	defer w.client.Close()
	for ctx.Err() == nil {
		fetches := w.client.PollFetches(ctx)
		if errors.Is(fetches.Err0(), context.Canceled) {
			return
		}
		now := time.Now()
		w.mu.Lock()
		fetches.EachPartition(func(f kgo.FetchTopicPartition) {
			if len(f.Records) == 0 {
				return
			}
			w.seen += len(f.Records)
			if before, ok := w.last[f.Partition]; ok && now.Sub(before) > noteworthy {
				w.gaps = append(w.gaps, gap{f.Partition, before, now})
			}
			w.last[f.Partition] = now
		})
		w.mu.Unlock()
	}
}

// quiet is for how long no partition has given anything.
func (w *witness) quiet() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	var newest time.Time
	for _, at := range w.last {
		if at.After(newest) {
			newest = at
		}
	}
	if newest.IsZero() {
		return 0
	}
	return time.Since(newest)
}

// allSince says whether every partition that has ever given something has given something since then.
func (w *witness) allSince(then time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, at := range w.last {
		if at.Before(then) {
			return false
		}
	}
	return true
}

// before forgets what came after the input stopped, when silence is no fault, and returns the gaps and the count. A
// partition that was silent then has a gap until then.
func (w *witness) before(end time.Time) (gaps []gap, seen int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, g := range w.gaps {
		if g.to.After(end) {
			g.to = end
		}
		if g.to.Sub(g.from) > noteworthy {
			gaps = append(gaps, g)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(w.last)) {
		if last := w.last[p]; end.Sub(last) > noteworthy {
			gaps = append(gaps, gap{p, last, end})
		}
	}
	return gaps, w.seen
}
