package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// transaction gathers input for one commit interval, works it, and commits. When there is no input for long, or no more
// at a stop, what the stage still owes is committed without any.
func (s *session) transaction(ctx context.Context) error {
	var (
		begun  bool
		failed produceFailure
		ends   time.Time
	)
	// What was begun is produced to its end, whoever stops us.
	producing := context.WithoutCancel(ctx)
	produced := func(r *kgo.Record, err error) {
		if err != nil {
			failed.note(r, err)
		}
	}
	send := func(r *kgo.Record, acked func(int64)) {
		if acked == nil {
			s.gts.Produce(producing, r, produced)
			return
		}
		s.gts.Produce(producing, r, func(r *kgo.Record, err error) {
			produced(r, err)
			if err == nil {
				acked(r.Offset)
			}
		})
	}
	defer s.gts.AllowRebalance()
	for ctx.Err() == nil && (!begun || time.Now().Before(ends) && !s.stage.full()) {
		// All that is buffered, at most FetchBytes a partition: a bounded number of records would be those of one
		// partition, and leave the other workers idle.
		wait := 500 * time.Millisecond
		if begun {
			wait = time.Until(ends)
		}
		pollCtx, cancel := context.WithTimeout(ctx, wait)
		if !begun { // after that rebalances wait, and a revoke that came in between is acknowledged by the end
			s.wakeBy(cancel)
		}
		fetches := s.gts.PollFetches(pollCtx)
		cancel()
		if err := s.fetchError(fetches); err != nil {
			return s.abandon(ctx, begun, err)
		}
		if fetches.NumRecords() == 0 {
			if !begun {
				break
			}
			continue
		}
		s.watchdog.fed()
		if !begun {
			if err := s.gts.Begin(); err != nil {
				return fmt.Errorf("begin transaction: %w", err)
			}
			begun, s.unsaved = true, true
			if s.newcomer() {
				s.pace.restart()
			}
			ends = s.pace.end(time.Now())
		}
		s.held += fetches.NumRecords()
		if err := s.work(fetches, send); err != nil {
			return s.abandon(ctx, begun, err)
		}
	}
	if begun {
		if err := s.commit(ctx, send, &failed, ctx.Err() != nil); err != nil {
			return err
		}
		return s.watchdog.look(ctx)
	}
	s.stage.idle(time.Now())
	if err := errors.Join(s.failure(), s.watchdog.look(ctx), s.acknowledgeRevoke(ctx)); err != nil {
		return err
	}
	if s.owesNothing() || ctx.Err() == nil && time.Since(s.committed) < s.env.Redo.Age {
		return nil
	}
	if err := s.gts.Begin(); err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	s.unsaved = true
	return s.commit(ctx, send, &failed, true)
}

// owesNothing says whether a recovery would have nothing to work again. A place that was opened since the last commit may
// have come with a debt of its former owner, and without input nobody else would pay it before retention does. A stage that
// has no state never owes anything, nor does one that has no place, not yet or no longer. Without input their transactions
// would be empty: the client takes half a second to end one that carries no offsets, and rebalances wait for it.
func (s *session) owesNothing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.stage.stateful() || len(s.owned) == 0 || s.flushed && !s.opened
}

// newcomer says whether the group has given us partitions since the last commit: readers have waited for those. A rebalance
// that gives us none is no reason to hurry: it would meet more ends of transactions, each of which it aborts, and what
// they held is worked again.
func (s *session) newcomer() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.given
}

// work hands each place's records to the stage, different places at the same time.
func (s *session) work(fetches kgo.Fetches, send sender) error {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	fetches.EachPartition(func(f kgo.FetchTopicPartition) {
		if len(f.Records) == 0 {
			return
		}
		wg.Go(func() {
			if err := s.stage.work(place{f.Topic, f.Partition}, f, send); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	})
	wg.Wait()
	return errors.Join(errs...)
}

func (s *session) fetchError(fetches kgo.Fetches) (err error) {
	if fetches.IsClientClosed() {
		return errors.New("client was closed")
	}
	fetches.EachError(func(topic string, p int32, e error) {
		switch {
		case errors.Is(e, context.DeadlineExceeded), errors.Is(e, context.Canceled):
		case errors.Is(e, kerr.FencedInstanceID):
			err = fatalf("another process runs as instance %q of group %s: give each its own name with kafka.instance or --instance",
				s.env.Instance, s.env.Group)
		case errors.Is(e, kerr.OffsetOutOfRange):
			err = fatalf("read %s/%d: the next offset is no longer there; input was deleted before it was judged: "+
				"raise the topic's retention, then set the group's offset to the oldest to go on without it", topic, p)
		default:
			if topic != "" {
				e = fmt.Errorf("read %s/%d: %w", topic, p, e)
			}
			err = errors.Join(err, e)
		}
	})
	if broken := s.failure(); broken != nil {
		return broken // the client's error is its echo
	}
	return err
}

// abandon aborts what was begun. The error stands, and the next session recovers, unless there is to be none.
func (s *session) abandon(ctx context.Context, begun bool, err error) error {
	if !begun {
		return err
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.env.SessionTimeout)
	defer cancel()
	if _, abortErr := s.gts.End(end, kgo.TryAbort); abortErr != nil {
		return errors.Join(err, fmt.Errorf("abort transaction: %w", abortErr))
	}
	s.unsaved = false
	if ctx.Err() != nil && !isFatal(err) {
		return s.stopAborted(err, false)
	}
	return err
}
