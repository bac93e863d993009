package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// offsets are what the judge's group had committed when it was last looked at.
type offsets map[int32]int64

// back tells which went back since the last look: somebody has committed for a partition that he did not own. Its owner
// commits again soon, so that the check at the end finds it only if a crash meets this moment.
func (o offsets) back(committed map[int32]kadm.Offset) (said []string) {
	for _, p := range slices.Sorted(maps.Keys(committed)) {
		now := committed[p]
		if now.At < o[p] {
			said = append(said, fmt.Sprintf("the committed offset of partition %d went back from %d to %d (%s)", p, o[p], now.At, now.Metadata))
		}
		o[p] = now.At
	}
	return said
}

// watchOffsets looks at them until ctx ends, and then gives the first that went back.
func (l *lab) watchOffsets(ctx context.Context) <-chan []string {
	found := make(chan []string, 1)
	go func() {
		var all []string
		began, looks := time.Now(), 0
		for o := (offsets{}); ctx.Err() == nil; sleep(ctx, 20*time.Millisecond) {
			committed, err := l.visible(ctx, "judge", l.judged())
			if err != nil || len(committed) == 0 { // the broker may be away, and before the first commit there is nothing
				continue
			}
			looks++
			for _, said := range o.back(committed) {
				all = append(all, fmt.Sprintf("%.1fs: %s", time.Since(l.began).Seconds(), said))
			}
		}
		if took := time.Since(began); looks < int(took/leastLook) {
			all = append(all, fmt.Sprintf("the committed offsets were seen %d times in %v: too seldom to tell whether one went back", looks, took.Round(time.Second)))
		}
		found <- all[:min(len(all), 10)]
	}()
	return found
}

// leastLook is how often, on the average, they must have been seen.
const leastLook = 2 * time.Second
