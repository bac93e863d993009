package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// commit ends the transaction; last says that nothing may be owed afterwards. Committed is the only outcome that is built
// upon; after "not committed" memory is recovered from Kafka in place, and after an error by a new session, because nobody
// can tell what the broker did.
func (s *session) commit(ctx context.Context, send sender, failed *produceFailure, last bool) error {
	began := time.Now()
	s.mu.Lock()
	s.opened, s.given = false, false
	s.mu.Unlock()
	marks := s.stage.seal(began, last, send)
	// The context of End is never cancelled by our stopping: a half ended transaction would have to be timed out.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*s.env.SessionTimeout)
	defer cancel()
	end = kgo.PreTxnCommitFnContext(end, s.annotateOurs(marks))
	if err := s.gts.Client().Flush(end); err != nil {
		return s.abandon(ctx, true, fmt.Errorf("flush outputs: %w", err))
	}
	refused := failed.get() // all outputs are answered
	if sabotaged(offsetsOutside) {
		s.commitOutside(end, marks)
	}
	if sabotaged(noTransactions) {
		end = noted(end, marks)
	}
	dwell(s.env.CommitInterval / 2)
	committed, gaveWay, err := s.end(end, kgo.TransactionEndTry(refused == nil))
	s.mu.Lock()
	revoked := s.revoke
	s.revoke = revoked && gaveWay // then it may have come after the client had forgotten all revokes, see acknowledgeRevoke
	s.mu.Unlock()
	aborted := err == nil && !committed || errors.Is(err, errOvertaken)
	s.unsaved = s.unsaved && !aborted // as if its input had not been read
	if aborted && ctx.Err() != nil && !isFatal(refused) {
		return s.stopAborted(refused, revoked)
	}
	if err != nil {
		return fmt.Errorf("end transaction: %w", err)
	}
	if committed {
		s.unsaved, s.held, s.flushed, s.committed, s.refused = false, 0, last, time.Now(), 0
		s.pace.committed(began, s.committed)
		s.stage.settle(s.committed)
		s.stats.commits.Inc()
		s.stats.lastCommit.Set(float64(s.committed.UnixMilli()) / 1e3)
		s.stats.commitSeconds.UpdateDuration(began)
		return nil
	}
	s.stats.aborts.Inc()
	if isFatal(refused) {
		return refused
	}
	s.stats.again.Add(s.held)
	level := zerolog.InfoLevel
	if refused != nil {
		s.refused++
		level = zerolog.WarnLevel
	}
	s.env.Log.WithLevel(level).Str("stage", s.name).Int("again", s.held).AnErr("cause", refused).
		Msg("transaction was not committed; recovering from the committed offsets")
	s.held = 0
	return s.reopen(ctx)
}

// stopAborted ends a session that was told to stop and whose last transaction the client says it has aborted. That is no
// failure: whoever has its partitions next goes on from the committed offsets, and works its input. The client also says so
// when it had to give up its producer id, or had an answer that tells nothing, and Kafka has confirmed no abort. What is open
// then is ended by the next session of this instance or by whoever takes the partitions, before they read, or by its time.
func (s *session) stopAborted(cause error, revoked bool) error {
	level := zerolog.InfoLevel
	if cause != nil {
		level = zerolog.WarnLevel
	}
	s.env.Log.WithLevel(level).Str("stage", s.name).Int("messages", s.held).Bool("revoked", revoked).AnErr("cause", cause).
		Msg("the last transaction before the stop was aborted: whoever has its partitions next goes on from what Kafka has committed")
	return errStopped
}

// annotateOurs adds the marks as long as they, and all that the client commits, are of places that are ours. An offset of
// another member would be set back; the transaction aborts instead, and a new session recovers.
func (s *session) annotateOurs(marks map[place]mark) func(*kmsg.TxnOffsetCommitRequest) error {
	return func(req *kmsg.TxnOffsetCommitRequest) error {
		if err := annotate(marks)(req); err != nil {
			return err
		}
		places := slices.Collect(maps.Keys(marks))
		for _, t := range req.Topics {
			for _, p := range t.Partitions {
				places = append(places, place{t.Topic, p.Partition})
			}
		}
		if at, lacks := s.lacks(places); lacks {
			return fmt.Errorf("%w: partition %d of %s is another's", errOvertaken, at.partition, at.topic)
		}
		return nil
	}
}

// annotate adds the marks to an offset commit. The client names the places that had input; of the others those are added
// whose redo point has moved, or input that nobody needs would have to be kept until they have some. A commit without any
// input gets the offsets from all marks: every transaction of ours carries offsets, so that Kafka can fence an instance
// that was thought dead.
func annotate(marks map[place]mark) func(*kmsg.TxnOffsetCommitRequest) error {
	return func(req *kmsg.TxnOffsetCommitRequest) error {
		none := len(req.Topics) == 0
		named := map[place]bool{}
		for _, t := range req.Topics {
			for _, p := range t.Partitions {
				named[place{t.Topic, p.Partition}] = true
			}
		}
		for at, m := range marks {
			if named[at] || !none && !m.moved {
				continue
			}
			p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
			p.Partition, p.Offset = at.partition, m.next
			i := slices.IndexFunc(req.Topics, func(t kmsg.TxnOffsetCommitRequestTopic) bool { return t.Topic == at.topic })
			if i < 0 {
				t := kmsg.NewTxnOffsetCommitRequestTopic()
				t.Topic = at.topic
				i, req.Topics = len(req.Topics), append(req.Topics, t)
			}
			req.Topics[i].Partitions = append(req.Topics[i].Partitions, p)
		}
		for i := range req.Topics {
			t := &req.Topics[i]
			for j := range t.Partitions {
				if m, ok := marks[place{t.Topic, t.Partitions[j].Partition}]; ok {
					t.Partitions[j].Metadata = &m.note
				}
			}
		}
		return nil
	}
}

// reopen forgets what the aborted transaction taught and starts again at the committed offsets. The positions are
// set by us and not left to the client, which knows none for a partition that was never committed.
func (s *session) reopen(ctx context.Context) error {
	s.mu.Lock()
	places := make([]place, 0, len(s.owned))
	for at := range s.owned {
		places = append(places, at)
		s.stage.drop(at)
	}
	clear(s.owned)
	s.mu.Unlock()
	var wg sync.WaitGroup
	for _, at := range places {
		wg.Go(func() { s.open(ctx, at) })
	}
	wg.Wait()
	if err := s.failure(); err != nil {
		return err
	}
	back := map[string]map[int32]kgo.EpochOffset{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range places {
		next := s.owned[at]
		if next < 0 {
			return fmt.Errorf("partition %d of %s has no committed offset to go back to", at.partition, at.topic)
		}
		if back[at.topic] == nil {
			back[at.topic] = map[int32]kgo.EpochOffset{}
		}
		back[at.topic][at.partition] = kgo.EpochOffset{Epoch: -1, Offset: next}
	}
	s.gts.Client().SetOffsets(back)
	return nil
}
