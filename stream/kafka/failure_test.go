package kafka

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"labwatch/record"
	"labwatch/stream"
)

// patience is how long these tests wait for what must happen before they call it a failure.
const patience = 20 * time.Second

// TestOutputIsRefused: no new session makes a message smaller or gives a right, so the judge must end and say what is
// wrong instead of judging the same input for ever. What it could not write it writes once the cause is mended.
func TestOutputIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		topic func(*Topics) string
		err   *kerr.Error
		says  []string
	}{
		"a large snapshot": {func(t *Topics) string { return t.Snapshots }, kerr.MessageTooLarge,
			[]string{"labwatch.snapshots", "takes no message of that size", "--entity-name labwatch.snapshots --add-config max.message.bytes=1048588"}},
		"a large record": {func(t *Topics) string { return t.Records }, kerr.MessageTooLarge,
			[]string{"labwatch.records", "takes no message of that size"}},
		"no right to write": {func(t *Topics) string { return t.Records }, kerr.TopicAuthorizationFailed,
			[]string{"write to labwatch.records: not permitted"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.write("a", 5)
			sentinels := func(r kmsg.Request) bool { // are written outside the transaction, by another client
				return r.(*kmsg.ProduceRequest).TransactionID != nil
			}
			refusal := b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: c.topic(&b.env.Topics), Err: c.err, Count: -1, When: sentinels})
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			j := b.newJudge(nil)
			err := j.Run(ctx)
			if ctx.Err() != nil {
				t.Fatalf("it did not end; %d new sessions", j.stats.restarts.Get())
			}
			wantError(t, err, c.says...)
			if n := j.stats.restarts.Get(); n != 0 || strings.Count(err.Error(), "write") > 2 {
				t.Errorf("%d new sessions; the error is %v", n, err)
			}
			if at := b.committed(); at > 0 {
				t.Fatalf("offset %d is committed", at)
			}
			refusal.Remove()
			b.judged(nil)
			if got := len(b.published(5)); got != 5 {
				t.Errorf("%d records are published, want 5", got)
			}
		})
	}
}

// TestRefusedOutputsAreTriedInPauses: a broker that takes no message as it is, until somebody mends the cause, is not asked again
// and again: each time costs an abort, a recovery and a sentinel in the snapshot topic. What is wrong is told, a stop ends the
// pause, and all is published once the cause is gone.
func TestRefusedOutputsAreTriedInPauses(t *testing.T) {
	for name, c := range map[string]struct {
		err  *kerr.Error
		says string
	}{
		"clocks that differ":    {kerr.InvalidTimestamp, "is the clock of this machine right"},
		"a message without key": {kerr.InvalidRecord, "cleanup.policy=compact"},
		"a policy":              {kerr.PolicyViolation, "a policy of the brokers forbids it"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			log := new(lockedText)
			b.env.Log = zerolog.New(log).Level(zerolog.WarnLevel)
			b.write("a", 5)
			refusal := b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: b.env.Topics.Records, Err: c.err, Count: -1})
			j := b.newJudge(nil)
			stop := b.start(j.Run)
			b.await("it was refused twice", func() bool { return j.stats.aborts.Get() >= 2 })
			time.Sleep(2 * time.Second) // of pauses of 0.2, 0.4, 0.8 and 1.6 s
			if n := j.stats.aborts.Get(); n > 5 {
				t.Errorf("%d transactions were aborted, want 5 at most", n)
			}
			began := time.Now()
			stop()
			if took := time.Since(began); took > 1500*time.Millisecond { // the pause is of 1.6 s
				t.Errorf("the stop took %v", took)
			}
			if !strings.Contains(log.String(), c.says) || j.stats.restarts.Get() != 0 {
				t.Errorf("%d new sessions; the warnings do not say %q:\n%s", j.stats.restarts.Get(), c.says, log)
			}
			refusal.Remove()
			b.judged(nil)
			if got := len(b.published(5)); got != 5 {
				t.Errorf("%d records are published, want 5", got)
			}
		})
	}
}

// published reads the committed records until there are n, or nothing more comes.
func (b *bench) published(n int) (ids []string) {
	b.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.env.Brokers...), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeTopics(b.env.Topics.Records), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(50*time.Millisecond))
	if err != nil {
		b.t.Fatal(err)
	}
	defer client.Close()
	for wait := patience; ; {
		ctx, cancel := context.WithTimeout(b.t.Context(), wait)
		fetches := client.PollFetches(ctx)
		cancel()
		if fetches.NumRecords() == 0 {
			return ids
		}
		fetches.EachRecord(func(r *kgo.Record) {
			_, rest, _ := strings.Cut(string(r.Value), `"id":"`)
			id, _, _ := strings.Cut(rest, `"`)
			ids = append(ids, id)
		})
		if len(ids) >= n {
			wait = 300 * time.Millisecond // a moment for those that there must not be
		}
	}
}

// TestDiskOfFormerTopic: the disk knows a position that the snapshot topic has never had, so the topic was made anew.
// What else the disk knows is of a former life and must not come back, neither now nor at a later start.
func TestDiskOfFormerTopic(t *testing.T) {
	b := newBench(t)
	b.write("a", 40)
	b.write("b", 40)
	disk := new(fakeStore)
	want := b.judged(disk)
	disk.entries["d/ghost"], disk.entries["c/ghost"] = disk.entries["d/a"], disk.entries["c/a"]
	disk.position = encodePosition(1 << 40)
	for start := range 2 {
		if !maps.Equal(b.recovered(disk), want) {
			t.Errorf("start %d recovers another state", start)
		}
		position, ok := decodePosition(disk.position)
		if len(disk.entries) != 4 || disk.entries["c/ghost"] != nil || !ok || position >= 1<<40 {
			t.Errorf("after start %d the disk knows %d entities, the ghost %v, up to %d", start, len(disk.entries), disk.entries["c/ghost"] != nil, position)
		}
	}
}

// newSequence makes a sequence of the raw topic that refuses all input.
func (b *bench) newSequence() *Sequence {
	return NewSequence(b.env, []string{"raw"}, b.plain, func() *stream.Sequencer {
		return stream.NewSequencer(stream.NewIntake(nil, nil), func(_ record.Origin, _, value []byte) []byte { return value }, stream.NewMetrics())
	})
}

// sequence runs a sequencer until its group has committed what was written to the raw topic, or it ends by itself.
func (b *bench) sequence(written int64) error {
	b.t.Helper()
	s := b.newSequence()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(20 * time.Millisecond):
		}
		offsets, err := newAdmin(b).FetchOffsets(b.t.Context(), b.env.Group+"-sequence")
		if o, ok := offsets.Lookup("raw", 0); err == nil && ok && o.At >= written && s.owns() {
			cancel()
			return <-done
		}
	}
}
