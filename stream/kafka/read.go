package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// read hands over the committed records of a place from offset from to offset last, both included. It ends when it
// has seen an offset at or after last: of a control record too, for the last one before an offset that somebody has set may
// be one.
func (j *Judge) read(ctx context.Context, at place, from, last int64, each func(*kgo.Record) error) error {
	if from > last {
		return nil
	}
	reset := kgo.NoResetOffset() // input that is gone is told, and not jumped over
	if at.topic == j.env.Topics.Snapshots {
		reset = kgo.NewOffset().AtStart() // it is compacted: the asked offset may be gone
	}
	client, err := kgo.NewClient(append(clientOptions(j.env), kgo.ConsumeResetOffset(reset), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{at.topic: {at.partition: kgo.NewOffset().At(from)}}))...)
	if err != nil {
		return fmt.Errorf("start reader: %w", err)
	}
	defer client.Close()
	patience := 6 * j.env.SessionTimeout // an open transaction of a dead owner ends within one session timeout
	for {
		poll, cancel := context.WithTimeout(ctx, patience)
		// All that is buffered: while that is worked, the next is fetched, which a rest in the buffer would hold up.
		fetches := client.PollFetches(poll)
		cancel()
		if err := fetches.Err0(); errors.Is(err, kerr.OffsetOutOfRange) {
			return fmt.Errorf("read %s/%d: %w", at.topic, at.partition, err)
		} else if err != nil {
			return fmt.Errorf("read %s/%d up to %d, nothing new for %v: %w (if that persists, a transaction hangs: "+
				"kafka-transactions.sh find-hanging)", at.topic, at.partition, last, patience, err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			r := it.Next()
			if r.Offset > last {
				return nil
			}
			if !r.Attrs.IsControl() {
				if err := each(r); err != nil {
					return err
				}
			}
			if r.Offset == last {
				return nil
			}
		}
		for _, e := range fetches.Errors() {
			return fmt.Errorf("read %s/%d: %w", at.topic, at.partition, e.Err)
		}
	}
}
