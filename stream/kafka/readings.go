package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// holdsReadings says whether readers of committed data find a reading in the log. Ticks are none, nor is what an
// aborted transaction left: both are there before the first commit of a group.
func holdsReadings(ctx context.Context, env *Environment, admin *kadm.Client) (bool, error) {
	ends, err := admin.ListCommittedOffsets(ctx, env.Topics.Log)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return false, fmt.Errorf("list ends of %s: %w", env.Topics.Log, err)
	}
	from, left := map[int32]kgo.Offset{}, map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			from[o.Partition], left[o.Partition] = kgo.NewOffset().AtStart(), o.Offset
		}
	})
	if len(left) == 0 {
		return false, nil
	}
	// Control records are kept because the last one before the end is often one.
	client, err := kgo.NewClient(append(clientOptions(env), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{env.Topics.Log: from}))...)
	if err != nil {
		return false, fmt.Errorf("start reader: %w", err)
	}
	defer client.Close()
	for len(left) > 0 {
		fetches := client.PollRecords(ctx, 10_000)
		if err := fetches.Err(); err != nil {
			return false, fmt.Errorf("read %s: %w", env.Topics.Log, err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			r := it.Next()
			if !r.Attrs.IsControl() && !stream.IsTick(r.Value) {
				return true, nil
			}
			if r.Offset+1 >= left[r.Partition] {
				delete(left, r.Partition)
			}
		}
	}
	return false, nil
}
