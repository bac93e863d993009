package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"labwatch/stream"
)

// TestStopBeforeAnythingIsRead: a judge that is told to stop while it still joins or recovers has nothing to save. It
// ends at once and it is no failure.
func TestStopBeforeAnythingIsRead(t *testing.T) {
	for name, held := range map[string]kfake.Fault{
		"taking over": {Keys: []kmsg.Key{kmsg.InitProducerID}, Err: kerr.CoordinatorLoadInProgress},
		"joining":     {Keys: []kmsg.Key{kmsg.JoinGroup}, Err: kerr.CoordinatorLoadInProgress},
		"recovering":  {Keys: []kmsg.Key{kmsg.OffsetFetch}, Err: kerr.UnstableOffsetCommit},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.write("a", 5)
			held.Count = -1
			reached := b.cluster.Fault(held)
			j := NewJudge(b.env, b.env.Topics.Log, b.plain, nil, func(int32) *stream.Worker { return stream.NewWorker(b.judging, nil, nil) })
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- j.Run(ctx) }()
			limit, stop := context.WithTimeout(t.Context(), patience)
			defer stop()
			if err := reached.Wait(limit, 2); err != nil {
				t.Fatal(err)
			}
			cancel()
			began := time.Now()
			if err := <-done; err != nil {
				t.Error(err)
			}
			// By themselves they would be given up after three session timeouts.
			if took := time.Since(began); took > 2*b.env.SessionTimeout {
				t.Errorf("it ended after %v", took)
			}
		})
	}
}

// stopping is a judge that is told to stop with its first records.
type stopping struct {
	*Judge
	stop func()
}

var _ stage = stopping{}

func (s stopping) work(at place, f kgo.FetchTopicPartition, send sender) error {
	s.stop()
	return s.Judge.work(at, f, send)
}

// TestStopCommitsOnce: the commit at a stop pays all that is owed, also of partitions that were opened since the one before.
func TestStopCommitsOnce(t *testing.T) {
	b := newBench(t)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Hour}
	b.write("a", 5)
	j := NewJudge(b.env, b.env.Topics.Log, b.plain, nil, func(int32) *stream.Worker { return stream.NewWorker(b.judging, nil, nil) })
	ctx, stop := context.WithCancel(t.Context())
	if err := runSessions(ctx, b.env, "judge", []string{j.topic}, stopping{j, stop}, &j.stats.sessionStats); err != nil {
		t.Fatal(err)
	}
	if n := j.stats.commits.Get(); n != 1 {
		t.Errorf("%d commits, want 1", n)
	}
	if committed, redo := b.noted(); committed != 5 || redo != 5 {
		t.Errorf("committed %d, redo point %d; both should be 5", committed, redo)
	}
}

// TestSequenceOwesNothing: a stage without state ends no empty transaction at a stop. It would take half a second, and all
// outputs of the instance would wait for it.
func TestSequenceOwesNothing(t *testing.T) {
	b := newBench(t)
	s := b.newSequence()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	b.await("it owns the partition", s.owns)
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := s.stats.commits.Get(); n != 0 {
		t.Errorf("%d commits, and there was no input", n)
	}
}
