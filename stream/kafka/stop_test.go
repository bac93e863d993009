package kafka

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
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
			j := b.newJudge(nil)
			stop := b.start(j.Run)
			limit, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := reached.Wait(limit, 2); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			stop()
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
	err  error // of working them; may be nil
}

var _ stage = stopping{}

func (s stopping) work(at place, f kgo.FetchTopicPartition, send sender) error {
	s.stop()
	return errors.Join(s.Judge.work(at, f, send), s.err)
}

// TestStopCommitsOnce: the commit at a stop pays all that is owed, also of partitions that were opened since the one before.
func TestStopCommitsOnce(t *testing.T) {
	b := newBench(t)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Hour}
	b.write("a", 5)
	j := b.newJudge(nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	var before uint64 // there is a commit without input when the first fetch is slow
	stop := func() { before = j.stats.commits.Get(); cancel() }
	if err := runSessions(ctx, b.env, "judge", []string{j.topic}, stopping{j, stop, nil}, &j.stats.sessionStats); err != nil {
		t.Fatal(err)
	}
	if n := j.stats.commits.Get() - before; n != 1 {
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
	stop := b.start(s.Run)
	b.await("it owns the partition", s.owns)
	stop()
	if n := s.stats.commits.Get(); n != 0 {
		t.Errorf("%d commits, and there was no input", n)
	}
}

// TestStopMeetsFailure: what a stop cannot commit is aborted in order, and the next start works it. That is no failure; where
// the abort fails too, nobody knows how the transaction ends, and that is one.
func TestStopMeetsFailure(t *testing.T) {
	refused := kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "labwatch.records", Err: kerr.InvalidRecord, Count: -1}
	for name, c := range map[string]struct {
		faults []kfake.Fault
		work   error
		fails  bool
	}{
		"an output is refused":        {faults: []kfake.Fault{refused}},
		"and the abort too":           {faults: []kfake.Fault{refused, endless()}, fails: true},
		"a new session is needed":     {work: errDiskBack},
		"but the abort is refused":    {faults: []kfake.Fault{endless()}, work: errDiskBack, fails: true},
		"no new session would help":   {work: lasting(errDiskBack), fails: true},
		"nor could it write anything": {faults: []kfake.Fault{refused}, work: lasting(errDiskBack), fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.write("a", 5)
			j := b.newJudge(nil)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			var faults *kfake.FaultHandle
			var before uint64
			stop := func() {
				if before = j.stats.commits.Get(); c.faults != nil {
					faults = b.cluster.Fault(c.faults...)
				}
				cancel()
			}
			err := runSessions(ctx, b.env, "judge", []string{j.topic}, stopping{j, stop, c.work}, &j.stats.sessionStats)
			if (err != nil) != c.fails {
				t.Errorf("the stop ended with %v", err)
			}
			if n := j.stats.commits.Get() - before; n != 0 {
				t.Errorf("%d commits, want none", n)
			}
			if faults != nil {
				faults.Remove()
			}
			b.judged(nil)
			if ids := b.published(5); len(ids) != 5 {
				t.Errorf("%d records are published, want 5", len(ids))
			}
		})
	}
}

// recovering is a judge that is told to stop when it opens a partition again.
type recovering struct {
	*Judge
	stop  func()
	again *bool
}

var _ stage = recovering{}

func (r recovering) open(ctx context.Context, at place) (int64, error) {
	if *r.again {
		r.stop()
		<-ctx.Done()
	}
	*r.again = true
	return r.Judge.open(ctx, at)
}

// TestStopMeetsRecovery: a stop that comes while an aborted transaction is recovered from has nothing to save.
func TestStopMeetsRecovery(t *testing.T) {
	b := newBench(t)
	b.write("a", 5)
	refusal := b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: b.env.Topics.Records, Err: kerr.InvalidRecord, Count: -1})
	defer refusal.Remove()
	j := b.newJudge(nil)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	if err := runSessions(ctx, b.env, "judge", []string{j.topic}, recovering{j, stop, new(bool)}, &j.stats.sessionStats); err != nil {
		t.Error(err)
	}
	if n := j.stats.aborts.Get(); n != 1 {
		t.Errorf("%d transactions were aborted, want 1", n)
	}
}
