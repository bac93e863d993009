package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// Found is a message of a topic with its headers.
type Found struct {
	stream.Message
	Headers []stream.Header
}

// Header is the value of the first header of that name, empty if there is none.
func (f *Found) Header(name string) string {
	for _, h := range f.Headers {
		if h.Key == name {
			return string(h.Value)
		}
	}
	return ""
}

// Scan shows each committed message that topic holds at this moment, those of a partition in order. It begins with the
// messages that were written at from or later; the zero time means the oldest. It ends early with the first error of
// each.
func Scan(ctx context.Context, env *Environment, client *kgo.Client, topic string, from time.Time, each func(Found) error) error {
	begins, left, err := span(ctx, kadm.NewClient(client), topic, from)
	if err != nil || len(left) == 0 {
		return err
	}
	return readSpan(ctx, env, topic, begins, left, func(r *kgo.Record) error {
		f := Found{Message: incoming(r)}
		for _, h := range r.Headers {
			f.Headers = append(f.Headers, stream.Header{Key: h.Key, Value: h.Value})
		}
		return each(f)
	})
}

// readSpan shows the committed messages of a topic from where it begins in each partition to before left, which it uses
// up.
func readSpan(ctx context.Context, env *Environment, topic string, begins map[int32]kgo.Offset, left map[int32]int64, each func(*kgo.Record) error) error {
	// Control records are kept because the last message before the end is often one.
	reader, err := kgo.NewClient(append(clientOptions(env), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: begins}))...)
	if err != nil {
		return fmt.Errorf("start reader of %s: %w", topic, err)
	}
	defer reader.Close()
	for len(left) > 0 {
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("read %s: %w", topic, err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			r := it.Next()
			end, unread := left[r.Partition]
			if r.Offset+1 >= end { // or beyond: the last before it may be of a transaction that was not committed
				delete(left, r.Partition)
			}
			if !unread || r.Offset >= end || r.Attrs.IsControl() {
				continue
			}
			if err := each(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// span says where a scan begins in each partition and before which offset it ends. Empty partitions are left out.
func span(ctx context.Context, admin *kadm.Client, topic string, from time.Time) (begins map[int32]kgo.Offset, ends map[int32]int64, err error) {
	failed := func(what string, listed kadm.ListedOffsets, err error) error {
		if err == nil {
			err = listed.Error()
		}
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			return fmt.Errorf("there is no topic %s: has labwatch run on this Kafka, and under this config? (%w)", topic, err)
		}
		if err != nil {
			return fmt.Errorf("list %s of %s: %w", what, topic, err)
		}
		return nil
	}
	last, err := admin.ListCommittedOffsets(ctx, topic)
	if err := failed("ends", last, err); err != nil {
		return nil, nil, err
	}
	first, err := admin.ListStartOffsets(ctx, topic)
	if !from.IsZero() && err == nil {
		first, err = admin.ListOffsetsAfterMilli(ctx, from.UnixMilli(), topic)
	}
	if err := failed("starts", first, err); err != nil {
		return nil, nil, err
	}
	begins, ends = map[int32]kgo.Offset{}, map[int32]int64{}
	last.Each(func(end kadm.ListedOffset) {
		begin, ok := first.Lookup(topic, end.Partition)
		if ok && begin.Offset >= 0 && begin.Offset < end.Offset {
			begins[end.Partition], ends[end.Partition] = kgo.NewOffset().At(begin.Offset), end.Offset
		}
	})
	return begins, ends, nil
}
