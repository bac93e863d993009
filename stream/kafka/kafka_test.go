package kafka

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// TestNewDiskLearnsWhatKafkaKnows: a judge on a new machine restores from Kafka and later writes snapshots of a few
// devices to its empty disk, with a position that covers everything before. Another start from that disk must still
// know the devices that were idle all the time.
func TestNewDiskLearnsWhatKafkaKnows(t *testing.T) {
	b := newBench(t)
	for _, d := range []string{"idle-1", "idle-2", "busy"} {
		b.write(d, 30)
	}
	b.judged(new(fakeStore))
	moved := new(fakeStore)
	b.write("busy", 30)
	want := b.judged(moved)
	b.write("busy", 1) // something to judge, so that the next one ends
	got := b.judged(moved)
	for _, kind := range []string{"c/", "d/"} {
		delete(got, kind+"busy")
		delete(want, kind+"busy")
	}
	if !maps.Equal(got, want) || len(want) != 4 {
		t.Errorf("the idle devices are %d, of which the former run knew %d, or differ", len(got), len(want))
	}
	if len(moved.entries) != 6 {
		t.Errorf("the disk knows %d entities, want 6", len(moved.entries))
	}
}

// TestRecoveryFromEverySource restores the same state from the disk, from Kafka alone, and from a disk that is behind.
func TestRecoveryFromEverySource(t *testing.T) {
	b := newBench(t)
	b.write("a", 40)
	b.write("b", 40)
	disk := new(fakeStore)
	b.judged(disk)
	behind := &fakeStore{position: disk.position, entries: maps.Clone(disk.entries)}
	b.write("a", 40)
	want := b.judged(disk)
	for name, store := range map[string]Store{"disk": disk, "behind": behind, "kafka": nil, "empty disk": new(fakeStore)} {
		t.Log(name)
		if !maps.Equal(b.recovered(store), want) {
			t.Error("recovered another state")
		}
	}
}

// TestRecoveredDevicesAreShown: who is ready shows its fleet, also when nothing comes after a restart.
func TestRecoveredDevicesAreShown(t *testing.T) {
	b := newBench(t)
	b.write("a", 40)
	b.write("b", 40)
	disk := new(fakeStore)
	b.judged(disk)
	for name, store := range map[string]Store{"disk": disk, "kafka": nil} {
		j := b.newJudge(store)
		j.keep.start()
		_, err := j.open(t.Context(), place{j.topic, 0})
		j.keep.stop()
		if err != nil {
			t.Fatal(err)
		}
		j.Workers(func(w *stream.Worker) {
			if v := w.Fleet(); len(v) != 2 || v[0].Device != "a" || v[0].Records != 40 || v[0].Series != 1 {
				t.Errorf("%s: a worker that has recovered shows %+v", name, v)
			}
		})
	}
}

// TestChangedRulesAreTold: a recovery under another config than the one under which the input was judged says so.
func TestChangedRulesAreTold(t *testing.T) {
	b := newBench(t)
	b.write("a", 40)
	b.commit(40, note{0, "r1"}.String()) // a kill: the committed offset is there, the snapshot of the stop is not
	for _, c := range []struct {
		rules string
		want  uint64
	}{{"r1", 0}, {"r2", 1}} {
		env := *b.env
		env.Rules = c.rules
		j := NewJudge(&env, env.Topics.Log, b.plain, nil, func(int32) *stream.Worker { return stream.NewWorker(b.judging, nil, nil) })
		p, err := j.recoverForTest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := j.stats.rulesChanged.Get(); got != c.want || len(states(p.worker)) != 2 {
			t.Errorf("rules %s: told %d times, want %d; %d entities", c.rules, got, c.want, len(states(p.worker)))
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Run("offsets were set back", func(t *testing.T) {
		b := newBench(t)
		b.write("a", 50)
		b.judged(nil)
		b.commit(10, note{10, "r1"}.String())
		_, err := b.judge(nil)
		wantError(t, err, "covers input up to offset 50", "committed only 10", "set them to 50 or later")
	})
	t.Run("the log has more partitions than the state", func(t *testing.T) {
		b := newBench(t)
		if _, err := newAdmin(b).CreatePartitions(t.Context(), 1, b.env.Topics.Log); err != nil {
			t.Fatal(err)
		}
		_, err := b.prepare()
		wantError(t, err, "labwatch.log has 2 partitions but the state in labwatch.snapshots has 1")
	})
	t.Run("a newer state", func(t *testing.T) {
		b := newBench(t)
		r := &kgo.Record{Topic: b.env.Topics.Snapshots, Key: []byte("d/a"), Value: []byte{200, 0}}
		if err := b.plain.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
		b.write("a", 1)
		_, err := b.judge(nil)
		wantError(t, err, `snapshot of "d/a" was written by a newer labwatch (state version 200`)
	})
	t.Run("a newer log entry", func(t *testing.T) {
		b := newBench(t)
		r := &kgo.Record{Topic: b.env.Topics.Log, Key: []byte("a"), Value: []byte{2, 0, 1, 2, 3, 4, 5, 6, 7, 8}}
		if err := b.plain.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
		b.written = 1
		_, err := b.judge(nil)
		wantError(t, err, "read log entry at offset 0", "version 2")
	})
	t.Run("an input that does not exist", func(t *testing.T) {
		env := &Environment{Config: DefaultConfig(), Log: zerolog.Nop()}
		env.Brokers = []string{cluster(t)} // not an embedded one, where inputs are created
		client, err := Connect(t.Context(), env, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		_, err = Prepare(t.Context(), env, client, []string{"lab.resluts"}, false)
		wantError(t, err, "input topics do not exist: lab.resluts")
	})
	t.Run("nobody at the address", func(t *testing.T) {
		b := newBench(t)
		env := *b.env
		env.Brokers = []string{"127.0.0.1:1"}
		_, err := Connect(t.Context(), &env, time.Second)
		wantError(t, err, "no Kafka broker answers at 127.0.0.1:1 (kafka.brokers)")
	})
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("was accepted")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
}

// snapshotSpan is what the snapshot topic holds.
func (b *bench) snapshotSpan() (start, end int64) {
	b.t.Helper()
	admin := newAdmin(b)
	starts, err := admin.ListStartOffsets(b.t.Context(), b.env.Topics.Snapshots)
	if err != nil {
		b.t.Fatal(err)
	}
	ends, err := admin.ListEndOffsets(b.t.Context(), b.env.Topics.Snapshots)
	if err != nil {
		b.t.Fatal(err)
	}
	s, _ := starts.Lookup(b.env.Topics.Snapshots, 0)
	e, _ := ends.Lookup(b.env.Topics.Snapshots, 0)
	return s.Offset, e.Offset
}
