package kafka

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestSequencerMissesItsOffsets: Kafka forgets the offsets of a group that was away for a week. To read everything
// again would judge it twice.
func TestSequencerMissesItsOffsets(t *testing.T) {
	b := newBench(t)
	b.raw(3)
	if err := b.sequence(3); err != nil {
		t.Fatalf("a first start: %v", err)
	}
	b.write("a", 1) // to the log
	b.raw(1)
	b.leave("sequence")
	if err := b.sequence(4); err != nil {
		t.Fatalf("a start that finds its offsets: %v", err)
	}
	b.leave("sequence")
	if _, err := newAdmin(b).DeleteGroups(t.Context(), b.env.Group+"-sequence"); err != nil {
		t.Fatal(err)
	}
	err := b.sequence(4)
	wantError(t, err, "labwatch-sequence has no committed offsets", "labwatch.log holds readings", "everything would be judged again")
	if strings.Count(err.Error(), "has no committed offsets") != 1 {
		t.Errorf("it is said more than once: %v", err)
	}
}

// TestSequencerStartsWithoutInput: a labwatch that ran before there was any input, and so committed nothing, must start
// again, whatever time it wrote into the log.
func TestSequencerStartsWithoutInput(t *testing.T) {
	b := newBench(t)
	b.env.TickInterval = 20 * time.Millisecond
	s := NewSequence(b.env, []string{"raw"}, b.plain, nil)
	s.lanes[place{"raw", 0}] = nil // it owns the partition
	ticks := NewTicks(b.env, b.plain, s)
	stop := b.start(func(ctx context.Context) error { return ticks.Run(ctx, 1) })
	b.await("time is written", func() bool { return ticks.count.Get() > 2 })
	stop()
	b.raw(3)
	if err := b.sequence(3); err != nil {
		t.Fatal(err)
	}
}

// TestSequencerBesideAnotherOnesFirst: two instances start at once, and the one finds outputs of the other's first
// transaction, which is open and has committed no offsets yet.
func TestSequencerBesideAnotherOnesFirst(t *testing.T) {
	b := newBench(t)
	other, err := kgo.NewClient(kgo.SeedBrokers(b.env.Brokers...), kgo.TransactionalID("other"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := other.ProduceSync(t.Context(), &kgo.Record{Topic: b.env.Topics.Log, Value: []byte("x")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	b.raw(1)
	if err := b.sequence(1); err != nil {
		t.Error(err)
	}
	if err := other.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
		t.Error(err)
	}
}

// TestSequencerAfterAnotherOnesFirst: the other's first transaction has just ended. Its readings are there, and its
// offsets show only at the second look.
func TestSequencerAfterAnotherOnesFirst(t *testing.T) {
	b := newBench(t)
	b.write("a", 1) // to the log
	other, err := kgo.NewClient(kgo.SeedBrokers(b.env.Brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	group := b.env.Group + "-sequence"
	looked, done, failed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		<-looked
		var at kadm.Offsets
		at.Add(kadm.Offset{Topic: "raw", At: 1, LeaderEpoch: -1})
		failed <- kadm.NewClient(other).CommitAllOffsets(context.WithoutCancel(t.Context()), group, at)
		close(done)
	}()
	var looks atomic.Int32
	b.cluster.ControlKey(int16(kmsg.OffsetFetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		switch looks.Add(1) {
		case 1:
			close(looked)
		case 2:
			b.cluster.SleepControl(func() { <-done })
		}
		return nil, nil, false
	})
	s := NewSequence(b.env, []string{"raw"}, b.plain, nil)
	err = s.neverRead(t.Context())
	if looks.Load() < 2 {
		t.Fatalf("after one look: %v", err)
	}
	if late := <-failed; err != nil || late != nil {
		t.Errorf("after %d looks: %v; the other's commit: %v", looks.Load(), err, late)
	}
}

// leave takes the static member out of its group, which would otherwise wait for its session to time out.
func (b *bench) leave(stage string) {
	b.t.Helper()
	name := b.env.Instance + "-" + stage
	if _, err := newAdmin(b).LeaveGroup(b.t.Context(), kadm.LeaveGroup(b.env.Group+"-"+stage).InstanceIDs(name)); err != nil {
		b.t.Fatal(err)
	}
}
