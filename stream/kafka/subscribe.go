package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// Subscriber is what one reader of a topic does with its messages. All are called by one goroutine.
type Subscriber struct {
	// Past is shown the messages that a former run has handled, oldest first, and none from before the group began.
	Past func(m stream.Message)
	// Take handles a message; an error means that ctx ended before that was done.
	Take func(ctx context.Context, m stream.Message) error
	// Lost says that another instance reads a partition from now on.
	Lost func(partition int32)
	// Idle is called between messages, at least once in a second or so.
	Idle func(ctx context.Context)
}

// subscribe reads topic in a consumer group until ctx ends: each committed message at least once, those of
// a partition in order. A group that has never read begins at the end: nobody wants last month's alerts. It always
// reads the whole topic, so that a Subscriber knows what was said before; that suits a small topic.
func subscribe(ctx context.Context, env *Environment, group, topic string, sub Subscriber) {
	for ctx.Err() == nil {
		s := &subscription{env: env, topic: topic, group: group, sub: sub, owned: map[int32]int64{}, began: map[int32]beginning{}}
		if err := s.run(ctx); err != nil && ctx.Err() == nil {
			env.Log.Warn().Err(explain(&env.Config, err)).Str("group", s.group).Msg("reading anew")
			select {
			case <-ctx.Done():
			case <-time.After(longestPause):
			}
		}
	}
}

type subscription struct {
	env          *Environment
	topic, group string
	sub          Subscriber
	client       *kgo.Client

	mu     sync.Mutex      // between the group's callbacks and the loop: guards what follows
	owned  map[int32]int64 // to the offset from which messages are new
	began  map[int32]beginning
	lost   []int32
	taking int32 // partition of the message that is being taken
	cancel context.CancelFunc
}

func (s *subscription) run(ctx context.Context) (err error) {
	s.client, err = kgo.NewClient(append(clientOptions(s.env),
		kgo.ConsumerGroup(s.group), kgo.ConsumeTopics(s.topic), kgo.DisableAutoCommit(),
		kgo.SessionTimeout(s.env.SessionTimeout),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.OnOffsetsFetched(s.fetched),
		kgo.AdjustFetchOffsetsFn(s.adjust),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, m map[string][]int32) { s.revoked(m[s.topic]) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, m map[string][]int32) { s.revoked(m[s.topic]) }),
	)...)
	if err != nil {
		return fmt.Errorf("start reader of %s: %w", s.topic, err)
	}
	defer func() {
		s.client.Close()
		s.revoked(s.partitions())
		s.tellLost()
	}()
	for ctx.Err() == nil {
		poll, cancel := context.WithTimeout(ctx, time.Second)
		fetches := s.client.PollRecords(poll, 100)
		cancel()
		s.tellLost()
		if err := fetchFailure(fetches); err != nil && ctx.Err() == nil {
			return fmt.Errorf("read %s: %w", s.topic, err)
		}
		for it := fetches.RecordIter(); !it.Done() && ctx.Err() == nil; {
			if err := s.handle(ctx, it.Next()); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		s.sub.Idle(ctx)
	}
	return nil
}

// handle takes one message, unless its partition has moved, and commits it.
func (s *subscription) handle(ctx context.Context, r *kgo.Record) error {
	take, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	from, owned := s.owned[r.Partition]
	began := s.began[r.Partition]
	s.taking, s.cancel = r.Partition, cancel
	s.mu.Unlock()
	switch {
	case !owned, r.Offset < int64(began):
		return nil
	case r.Offset < from:
		s.sub.Past(incoming(r))
		return nil
	}
	if err := s.sub.Take(take, incoming(r)); err != nil {
		return nil // stopped, or the partition has moved: whoever reads next takes it again
	}
	commit, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	if err := s.client.CommitRecords(kgo.PreCommitFnContext(commit, s.noteBeginning), r); err != nil {
		return fmt.Errorf("commit offset of %s: %w", s.topic, err)
	}
	return nil
}

// fetchFailure is what a poll ended with, other than its own time.
func fetchFailure(fetches kgo.Fetches) error {
	for _, e := range fetches.Errors() {
		if !errors.Is(e.Err, context.DeadlineExceeded) && !errors.Is(e.Err, context.Canceled) {
			return e.Err
		}
	}
	return nil
}
