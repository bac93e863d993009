package kafka

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
	"labwatch/stream"
)

// bench is an embedded broker in memory with a log of one partition or a few, and what a judge needs to work it.
type bench struct {
	t       *testing.T
	cluster *kfake.Cluster
	env     *Environment
	plain   *kgo.Client
	judging *stream.Judging
	written int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchOf(t, 1)
}

func newBenchOf(t *testing.T, partitions int32) *bench {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.ClusterID("labwatch-embedded"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	c := DefaultConfig()
	c.Brokers, c.Instance, c.Partitions = cluster.ListenAddrs(), "one", partitions
	c.CommitInterval, c.SessionTimeout = 20*time.Millisecond, 6*time.Second
	c.Redo = RedoBudget{Records: 0, Age: time.Hour} // everything is due at every commit
	b := &bench{t: t, cluster: cluster, env: &Environment{Config: c, Embedded: true, TickInterval: time.Second, Rules: "r1", Log: zerolog.New(zerolog.NewTestWriter(t))}}
	if b.plain, err = Connect(t.Context(), b.env, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.plain.Close)
	if _, err := b.prepare(); err != nil {
		t.Fatal(err)
	}
	zscore, err := detectors.Builtin()["zscore"](func(any) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	plan := stream.Plan{Series: map[record.Kind][]stream.Named{record.Result: {{Name: "zscore", Make: zscore}}}}
	b.judging = stream.NewJudging(stream.DefaultConfig(), plan, detectors.DefaultBaseline(), alerts.Default(), time.UTC, stream.NewMetrics())
	return b
}

func (b *bench) prepare() (Layout, error) {
	return Prepare(b.t.Context(), b.env, b.plain, []string{"raw"}, false)
}

// write appends n results of a device to the log.
func (b *bench) write(device string, n int) {
	b.t.Helper()
	var records []*kgo.Record
	for range n {
		records = append(records, b.entry(device))
	}
	if err := b.plain.ProduceSync(b.t.Context(), records...).FirstErr(); err != nil {
		b.t.Fatal(err)
	}
}

// entry is one more result of a device, as the log holds it.
func (b *bench) entry(device string) *kgo.Record {
	b.written++
	r := record.Record{Kind: record.Result, Device: device, ID: fmt.Sprint("r", b.written), Patient: "p", Time: int64(b.written) * 1e9, Arrived: int64(b.written) * 1e9,
		Test: record.Test{LOINC: "2345-7"}, Unit: "mg/dL", Value: record.Value{Kind: record.Number, Number: 90 + float64(b.written%7)}}
	return &kgo.Record{Topic: b.env.Topics.Log, Key: []byte(device), Value: record.AppendBinary(nil, &r)}
}

// newJudge makes a judge of the bench's own environment; a nil store is no disk.
func (b *bench) newJudge(store Store) *Judge {
	return NewJudge(b.env, b.env.Topics.Log, b.plain, store, func(int32) *stream.Worker { return stream.NewWorker(b.judging, nil, nil) })
}

// judge runs a judge until everything written is committed, stops it, and returns its worker as it was.
func (b *bench) judge(store Store) (*stream.Worker, error) {
	b.t.Helper()
	var last *stream.Worker
	j := NewJudge(b.env, b.env.Topics.Log, b.plain, store, func(int32) *stream.Worker {
		last = stream.NewWorker(b.judging, nil, nil)
		return last
	})
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	for {
		select {
		case err := <-done:
			return last, err
		case <-time.After(20 * time.Millisecond):
		}
		if b.committed() >= int64(b.written) {
			cancel()
			return last, <-done
		}
	}
}

func (b *bench) committed() int64 {
	offsets, err := kadm.NewClient(b.plain).FetchOffsets(b.t.Context(), b.env.Group+"-judge")
	if err != nil {
		return 0
	}
	o, _ := offsets.Lookup(b.env.Topics.Log, 0)
	return o.At
}

// fakeStore is a disk in memory.
type fakeStore struct {
	mu       sync.Mutex
	position []byte
	entries  map[string][]byte
}

var _ Store = (*fakeStore)(nil)

func (s *fakeStore) Get(_ int32, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.entries[key]), nil
}

func (s *fakeStore) Load(_ int32, wanted func(string) bool, entry func(string, []byte) error) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, blob := range s.entries {
		if !wanted(key) {
			blob = nil
		}
		if err := entry(key, blob); err != nil {
			return nil, err
		}
	}
	return s.position, nil
}

func (s *fakeStore) Write(_ int32, position []byte, keys []string, blobs [][]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries == nil {
		s.entries = map[string][]byte{}
	}
	for i, key := range keys {
		if s.entries[key] = bytes.Clone(blobs[i]); blobs[i] == nil {
			delete(s.entries, key)
		}
	}
	s.position = position
	return nil
}

func (s *fakeStore) Ready() error { return nil }

func (s *fakeStore) Drop(int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries, s.position = nil, nil
	return nil
}

func states(w *stream.Worker) map[string]string {
	all := map[string]string{}
	if err := w.Snapshots(func(key string, blob []byte) { all[key] = string(blob) }); err != nil {
		panic(err)
	}
	return all
}

// TestNewDiskLearnsWhatKafkaKnows: a judge on a new machine restores from Kafka and later writes snapshots of a few
// devices to its empty disk, with a position that covers everything before. Another start from that disk must still
// know the devices that were idle all the time.
func TestNewDiskLearnsWhatKafkaKnows(t *testing.T) {
	b := newBench(t)
	for _, d := range []string{"idle-1", "idle-2", "busy"} {
		b.write(d, 30)
	}
	if _, err := b.judge(new(fakeStore)); err != nil {
		t.Fatal(err)
	}
	moved := new(fakeStore)
	b.write("busy", 30)
	want, err := b.judge(moved)
	if err != nil {
		t.Fatal(err)
	}
	b.write("busy", 1) // something to judge, so that the next one ends
	got, err := b.judge(moved)
	if err != nil {
		t.Fatal(err)
	}
	g, w := states(got), states(want)
	for _, kind := range []string{"c/", "d/"} {
		delete(g, kind+"busy")
		delete(w, kind+"busy")
	}
	if !maps.Equal(g, w) || len(w) != 4 {
		t.Errorf("the idle devices are %d, of which the former run knew %d, or differ", len(g), len(w))
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
	if _, err := b.judge(disk); err != nil {
		t.Fatal(err)
	}
	behind := &fakeStore{position: disk.position, entries: maps.Clone(disk.entries)}
	b.write("a", 40)
	want, err := b.judge(disk)
	if err != nil {
		t.Fatal(err)
	}
	for name, store := range map[string]Store{"disk": disk, "behind": behind, "kafka": nil, "empty disk": new(fakeStore)} {
		j := b.newJudge(store)
		p, err := j.recoverForTest(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !maps.Equal(states(p.worker), states(want)) {
			t.Errorf("%s: recovered another state", name)
		}
	}
}

// TestRecoveredDevicesAreShown: who is ready shows its fleet, also when nothing comes after a restart.
func TestRecoveredDevicesAreShown(t *testing.T) {
	b := newBench(t)
	b.write("a", 40)
	b.write("b", 40)
	disk := new(fakeStore)
	if _, err := b.judge(disk); err != nil {
		t.Fatal(err)
	}
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
	// A kill: the committed offset is there, the snapshot of the stop is not.
	var at kadm.Offsets
	at.Add(kadm.Offset{Topic: b.env.Topics.Log, Partition: 0, At: 40, LeaderEpoch: -1, Metadata: note{0, "r1"}.String()})
	if err := kadm.NewClient(b.plain).CommitAllOffsets(t.Context(), b.env.Group+"-judge", at); err != nil {
		t.Fatal(err)
	}
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

// recoverForTest recovers the only partition outside a session.
func (j *Judge) recoverForTest(ctx context.Context) (*part, error) {
	j.keep.start()
	p, err := j.recover(ctx, place{j.topic, 0})
	j.keep.stop()
	return p, err
}

func TestRefusals(t *testing.T) {
	t.Run("offsets were set back", func(t *testing.T) {
		b := newBench(t)
		b.write("a", 50)
		if _, err := b.judge(nil); err != nil {
			t.Fatal(err)
		}
		// A static member stays in its group until its session times out; whoever moves offsets must remove it.
		if _, err := kadm.NewClient(b.plain).LeaveGroup(t.Context(), kadm.LeaveGroup(b.env.Group+"-judge").InstanceIDs("one-judge")); err != nil {
			t.Fatal(err)
		}
		var back kadm.Offsets
		back.Add(kadm.Offset{Topic: b.env.Topics.Log, Partition: 0, At: 10, LeaderEpoch: -1, Metadata: note{10, "r1"}.String()})
		if err := kadm.NewClient(b.plain).CommitAllOffsets(t.Context(), b.env.Group+"-judge", back); err != nil {
			t.Fatal(err)
		}
		_, err := b.judge(nil)
		wantError(t, err, "covers input up to offset 50", "committed only 10", "set them to 50 or later")
	})
	t.Run("the log has more partitions than the state", func(t *testing.T) {
		b := newBench(t)
		if _, err := kadm.NewClient(b.plain).CreatePartitions(t.Context(), 1, b.env.Topics.Log); err != nil {
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
	admin := kadm.NewClient(b.plain)
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

func newAdmin(b *bench) *kadm.Client { return kadm.NewClient(b.plain) }

// raw appends n messages to the raw topic.
func (b *bench) raw(n int) {
	b.t.Helper()
	for range n {
		if err := b.plain.ProduceSync(b.t.Context(), &kgo.Record{Topic: "raw", Value: []byte("{}")}).FirstErr(); err != nil {
			b.t.Fatal(err)
		}
	}
}
