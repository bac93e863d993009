package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// noted is what the judge's group has committed for partition 0, and the redo point beside it.
func (b *bench) noted() (committed, redo int64) {
	b.t.Helper()
	offsets, err := newAdmin(b).FetchOffsets(b.t.Context(), b.env.Group+"-judge")
	if err != nil {
		return -1, -1
	}
	o, ok := offsets.Lookup(b.env.Topics.Log, 0)
	if !ok {
		return -1, -1
	}
	n, err := parseNote(o.Metadata)
	if err != nil {
		b.t.Fatal(err)
	}
	return o.At, n.redo
}

// TestNothingOwed: whether a judge stops or has had nothing to do for long, it leaves no input to be worked again,
// although no transaction is open then.
func TestNothingOwed(t *testing.T) {
	for name, c := range map[string]struct {
		age  time.Duration
		stop bool
	}{
		"a stop":   {time.Hour, true},
		"idleness": {time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.env.Redo = RedoBudget{Records: 1 << 40, Age: c.age}
			b.write("a", 40)
			b.write("b", 40)
			j := b.newJudge(nil)
			stop := b.start(j.Run)
			b.await("all is judged", b.settled)
			if _, redo := b.noted(); redo == 80 {
				t.Fatal("nothing was owed at the last commit, so this proves nothing")
			}
			owes := func() bool { committed, redo := b.noted(); return committed != 80 || redo != committed }
			if !c.stop {
				b.await("nothing is owed", func() bool { return !owes() })
			}
			stop()
			if at := j.stats.lastCommit.Get(); at < float64(time.Now().Add(-time.Hour).Unix()) {
				t.Errorf("the last commit was at %v s", at)
			}
			if owes() {
				committed, redo := b.noted()
				t.Errorf("committed %d, redo point %d; both should be 80", committed, redo)
			}
			if ids := b.published(80); len(ids) != 80 {
				t.Errorf("%d records are published, want 80", len(ids))
			}
		})
	}
}

// TestQuietPartitionPays: what a partition without further input owes is saved beside the input of others, and said to be.
func TestQuietPartitionPays(t *testing.T) {
	b := newBenchOf(t, 2)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Second}
	a := b.join("a")
	b.await("a owns both partitions", func() bool { return len(a.owns()) == 2 })
	b.writeTo(0, 20)
	b.writeTo(1, 20)
	b.await("all is judged", b.settled)
	if _, redo := b.noted(); redo == 20 {
		t.Fatal("nothing was owed at the last commit, so this proves nothing")
	}
	b.await("nothing is owed by the quiet partition", func() bool {
		b.writeTo(1, 1) // so that there is never a commit without input
		committed, redo := b.noted()
		return committed == 20 && redo == 20
	})
	a.leave()
}

// TestTakenOverDebt: what a partition came with is owed, though this session had paid all that it owed itself.
func TestTakenOverDebt(t *testing.T) {
	b := newBench(t)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Hour}
	j := b.newJudge(nil)
	s := &session{env: b.env, stage: j, owned: map[place]int64{}, flushed: true}
	if !s.owesNothing() {
		t.Error("owes before anything was opened")
	}
	at := place{b.env.Topics.Log, 0}
	s.open(t.Context(), at)
	if err := s.failure(); err != nil {
		t.Fatal(err)
	}
	if s.owesNothing() || s.owesNothing() {
		t.Error("what the former owner owed would never be paid without input")
	}
	s.flushed = false
	s.revoked(map[string][]int32{at.topic: {at.partition}})
	if !s.owesNothing() {
		t.Error("owes what another one has now")
	}
}

// idling is a judge to which something happens when it is idle for the second time.
type idling struct {
	*Judge
	idles int
	then  func()
}

var _ stage = &idling{}

func (i *idling) idle(now time.Time) {
	if i.idles++; i.idles == 2 {
		i.then()
	}
	i.Judge.idle(now)
}

// TestNothingIsCommittedWithoutPlace: a judge that has no partition yet, though it was idle for long, commits nothing, then or
// at a stop: the group would wait for it with the partitions.
func TestNothingIsCommittedWithoutPlace(t *testing.T) {
	b := newBench(t)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, Err: kerr.CoordinatorLoadInProgress, Count: -1})
	j := b.newJudge(nil)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	st := &idling{Judge: j, then: stop}
	if err := runSessions(ctx, b.env, "judge", []string{j.topic}, st, &j.stats.sessionStats); err != nil {
		t.Error(err)
	}
	if st.idles < 2 || j.stats.commits.Get() != 0 {
		t.Errorf("idle %d times, %d commits, want none", st.idles, j.stats.commits.Get())
	}
}
