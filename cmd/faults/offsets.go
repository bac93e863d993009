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
		for o := (offsets{}); ctx.Err() == nil; sleep(ctx, 20*time.Millisecond) {
			committed, err := l.committed(ctx, "judge", l.judged())
			if err != nil { // the broker may be away
				continue
			}
			for _, said := range o.back(committed) {
				all = append(all, fmt.Sprintf("%.1fs: %s", time.Since(l.began).Seconds(), said))
			}
		}
		found <- all[:min(len(all), 10)]
	}()
	return found
}
