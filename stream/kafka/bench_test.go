package kafka

import (
	"fmt"
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

// raw appends n messages to the raw topic.
func (b *bench) raw(n int) {
	b.t.Helper()
	for range n {
		if err := b.plain.ProduceSync(b.t.Context(), &kgo.Record{Topic: "raw", Value: []byte("{}")}).FirstErr(); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *bench) committed() int64 {
	offsets, err := newAdmin(b).FetchOffsets(b.t.Context(), b.env.Group+"-judge")
	if err != nil {
		return 0
	}
	o, _ := offsets.Lookup(b.env.Topics.Log, 0)
	return o.At
}

// settled says whether everything that was written is committed.
func (b *bench) settled() bool {
	admin := newAdmin(b)
	ends, err := admin.ListEndOffsets(b.t.Context(), b.env.Topics.Log)
	if err != nil {
		return false
	}
	offsets, err := admin.FetchOffsets(b.t.Context(), b.env.Group+"-judge")
	if err != nil {
		return false
	}
	settled := true
	ends.Each(func(end kadm.ListedOffset) {
		o, _ := offsets.Lookup(end.Topic, end.Partition)
		settled = settled && o.At >= end.Offset
	})
	return settled
}

func (b *bench) await(what string, ok func() bool) {
	b.t.Helper()
	for began := time.Now(); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > patience {
			b.t.Fatalf("waited in vain until %s", what)
		}
	}
}

func newAdmin(b *bench) *kadm.Client { return kadm.NewClient(b.plain) }
