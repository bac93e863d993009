package rig

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// readPatience is how long a reader waits for the next message of a partition that is not at its end.
const readPatience = 30 * time.Second

// Topics reads what is committed on a broker of one node or several.
type Topics struct {
	Brokers []string // addresses of its nodes
	Admin   *kadm.Client
}

// Ends are the offsets up to which readers of committed data can read each partition of a topic.
func (t Topics) Ends(ctx context.Context, topic string) (map[int32]int64, error) {
	listed, err := t.Admin.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("list the ends of %s: %w", topic, err)
	}
	ends := map[int32]int64{}
	listed.Each(func(o kadm.ListedOffset) { ends[o.Partition] = o.Offset })
	return ends, nil
}

// Read hands over the committed records of a partition in [from, end), in order.
func (t Topics) Read(ctx context.Context, topic string, partition int32, from, end int64, each func(*kgo.Record) error) error {
	if from >= end {
		return nil
	}
	// Control records are kept because the last offset before end is often one.
	client, err := kgo.NewClient(kgo.SeedBrokers(t.Brokers...), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.FetchMaxWait(100*time.Millisecond), kgo.FetchMaxPartitionBytes(4<<20),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().At(from)}}))
	if err != nil {
		return fmt.Errorf("start reader: %w", err)
	}
	defer client.Close()
	for next := from; next < end; {
		poll, cancel := context.WithTimeout(ctx, readPatience)
		fetches := client.PollRecords(poll, 20_000)
		cancel()
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("read %s/%d from %d to %d, at %d: %w", topic, partition, from, end, next, err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			r := it.Next()
			next = r.Offset + 1
			if r.Offset >= end {
				break
			}
			if r.Attrs.IsControl() {
				continue
			}
			if err := each(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// ReadAll hands over every committed record of a topic, partition after partition.
func (t Topics) ReadAll(ctx context.Context, topic string, each func(*kgo.Record) error) error {
	ends, err := t.Ends(ctx, topic)
	if err != nil {
		return err
	}
	for p := range int32(len(ends)) {
		if err := t.Read(ctx, topic, p, 0, ends[p], each); err != nil {
			return err
		}
	}
	return nil
}
