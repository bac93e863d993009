package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/record"
)

// stallPatience is for how long nothing may move before a run is called stalled: far above anything that a
// session timeout, a transaction timeout and a recovery take together.
const stallPatience = 90 * time.Second

// stall is a run that does not go on.
type stall struct{ state string }

func (s stall) Error() string { return "stalled: " + s.state }

// committed is what a stage's group has committed for a topic, and the notes beside it, once no transaction that is ending
// may change it any more.
func (l *lab) committed(ctx context.Context, stage, topic string) (map[int32]kadm.Offset, error) {
	return l.visible(kadm.RequireStable(ctx), stage, topic)
}

// visible is committed as Kafka tells it just now. A transaction that is ending hides nothing: its offsets are not there
// before it has ended.
func (l *lab) visible(ctx context.Context, stage, topic string) (map[int32]kadm.Offset, error) {
	all, err := l.admin.FetchOffsets(ctx, l.prefix+"group-"+stage)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return nil, fmt.Errorf("read what %s has committed: %w", stage, err)
	}
	found := map[int32]kadm.Offset{}
	for p := range int32(l.partitions) {
		if o, ok := all.Lookup(topic, p); ok && o.Err == nil {
			found[p] = o.Offset
		} else if ok {
			return nil, fmt.Errorf("read what %s has committed: %w", stage, o.Err)
		}
	}
	return found, nil
}

// behind counts what a stage has not committed yet of its topics; sum grows as long as it moves.
func (l *lab) behind(ctx context.Context, stage string, topics []string) (lag, sum int64, err error) {
	for _, topic := range topics {
		ends, err := l.topics.Ends(ctx, topic)
		if err != nil {
			return 0, 0, err
		}
		committed, err := l.committed(ctx, stage, topic)
		if err != nil {
			return 0, 0, err
		}
		for p, end := range ends {
			from := max(committed[p].At, 0)
			sum += from
			n, err := l.unread(ctx, topic, p, from, end)
			if err != nil {
				return 0, 0, err
			}
			lag += n
		}
	}
	return lag, sum, nil
}

// unread counts readings in [from, end). Near the end it looks: markers of transactions and ticks are none.
func (l *lab) unread(ctx context.Context, topic string, p int32, from, end int64) (n int64, err error) {
	if end-from > 1000 {
		return end - from, nil
	}
	err = l.topics.Read(ctx, topic, p, from, end, func(r *kgo.Record) error {
		if !l.isTick(r) {
			n++
		}
		return nil
	})
	return n, err
}

// isTick says whether an entry of the log is no reading.
func (l *lab) isTick(r *kgo.Record) bool {
	var entry record.Record
	return r.Topic == l.topic("log") && entry.UnmarshalBinary(r.Value) == nil && entry.Kind == record.Tick
}

// drain waits until everything that was sent is judged and committed.
func (l *lab) drain(ctx context.Context, refused func() error) error {
	moved, sum := time.Now(), int64(-1)
	for {
		lag, at, err := int64(0), int64(0), error(nil)
		if !l.fused {
			lag, at, err = l.behind(ctx, "sequence", l.inputs())
		}
		if err == nil {
			var more, judged int64
			more, judged, err = l.behind(ctx, "judge", []string{l.judged()})
			lag, at = lag+more, at+judged
		}
		if err == nil && lag == 0 {
			// What is committed behind an open transaction of a dead process cannot be read yet.
			var open string
			if open, err = l.openTransactions(ctx); open != "" {
				lag = 1
			}
		}
		switch {
		case err == nil && lag == 0:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("wait until all is judged: %w", ctx.Err())
		case err == nil && at != sum:
			moved, sum = time.Now(), at
		case time.Since(moved) > stallPatience:
			return stall{fmt.Sprintf("%d readings are not judged and nothing has moved for %v\n%s", lag, stallPatience, l.describe(ctx))}
		}
		if err := refused(); err != nil {
			return err
		}
		sleep(ctx, 500*time.Millisecond)
	}
}

// settled waits until no transaction is open on any topic: those of processes that were killed time out.
func (l *lab) settled(ctx context.Context) error {
	deadline := time.Now().Add(5 * sessionTimeout)
	for {
		open, err := l.openTransactions(ctx)
		if err == nil && open == "" {
			return nil
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return stall{fmt.Sprintf("transactions stay open: %s %v", open, errors.Join(err, ctx.Err()))}
		}
		sleep(ctx, 300*time.Millisecond)
	}
}

// openTransactions names the partitions whose committed end is behind their end.
func (l *lab) openTransactions(ctx context.Context) (string, error) {
	topics := l.topicsOfOurs()
	all, err := l.admin.ListEndOffsets(ctx, topics...)
	if err == nil {
		err = all.Error()
	}
	if err != nil {
		return "", fmt.Errorf("list ends: %w", err)
	}
	var open []string
	for _, topic := range topics {
		ends, err := l.topics.Ends(ctx, topic)
		if err != nil {
			return "", err
		}
		for p := range int32(len(ends)) {
			if o, ok := all.Lookup(topic, p); ok && o.Offset != ends[p] {
				open = append(open, fmt.Sprintf("%s/%d from %d to %d", topic, p, ends[p], o.Offset))
			}
		}
	}
	return strings.Join(open, ", "), nil
}
