package kafka

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/record"
	"labwatch/stream"
)

// member is a judge that runs beside others.
type member struct {
	b    *bench
	name string
	j    *Judge
	stop context.CancelFunc
	done chan error
}

func (b *bench) join(name string) *member {
	b.t.Helper()
	env := *b.env
	env.Instance = name
	m := &member{b: b, name: name, done: make(chan error, 1)}
	m.j = NewJudge(&env, env.Topics.Log, b.plain, nil, func(int32) *stream.Worker { return stream.NewWorker(b.judging, nil, nil) })
	var ctx context.Context
	ctx, m.stop = context.WithCancel(b.t.Context())
	go func() { m.done <- m.j.Run(ctx) }()
	return m
}

// leave stops the member and takes it out of the group, which would otherwise keep its place for a restart.
func (m *member) leave() {
	m.b.t.Helper()
	m.stop()
	if err := <-m.done; err != nil {
		m.b.t.Fatalf("%s: %v", m.name, err)
	}
	request := kadm.LeaveGroup(m.b.env.Group + "-judge").InstanceIDs(m.name + "-judge")
	if _, err := newAdmin(m.b).LeaveGroup(m.b.t.Context(), request); err != nil {
		m.b.t.Fatal(err)
	}
}

// owns is the partitions that the member works.
func (m *member) owns() (list []int32) {
	for at := range m.j.opened() {
		list = append(list, at.partition)
	}
	slices.Sort(list)
	return list
}

// writeTo appends n results of the device of a partition.
func (b *bench) writeTo(partition int32, n int) {
	b.t.Helper()
	for range n {
		b.written++
		at := int64(b.written) * 1e9
		r := record.Record{Kind: record.Result, Device: fmt.Sprint("device-", partition), ID: fmt.Sprint("r", b.written), Patient: "p", Time: at, Arrived: at,
			Test: record.Test{LOINC: "2345-7"}, Unit: "mg/dL", Value: record.Value{Kind: record.Number, Number: 90 + float64(b.written%7)}}
		out := &kgo.Record{Topic: b.env.Topics.Log, Partition: partition, Key: []byte(r.Device), Value: record.AppendBinary(nil, &r)}
		if err := b.plain.ProduceSync(b.t.Context(), out).FirstErr(); err != nil {
			b.t.Fatal(err)
		}
	}
}

// TestRevokedWhileIdle: another member comes, goes and comes again while there is nothing to judge. The client tells of
// a second revoke only when the first was acknowledged; who misses it would go on with a partition of the other, and
// write old snapshots of its devices over the newer ones.
func TestRevokedWhileIdle(t *testing.T) {
	b := newBenchOf(t, 2)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Second} // what is judged in one go is dirty afterwards
	a := b.join("a")
	b.await("a owns both partitions", func() bool { return len(a.owns()) == 2 })
	b.writeTo(0, 20)
	b.writeTo(1, 20)
	b.await("all is judged", b.settled)
	var other *member
	for round := range 2 {
		other = b.join("b")
		b.await(fmt.Sprint("the two share, round ", round), func() bool {
			return len(a.owns()) == 1 && len(other.owns()) == 1
		})
		if slices.Equal(a.owns(), other.owns()) {
			t.Fatalf("round %d: both work partition %v", round, a.owns())
		}
		if round == 0 {
			other.leave()
			b.await("a owns both again", func() bool { return len(a.owns()) == 2 })
		}
	}
	var owners [2]map[int64]int // writes of snapshots by producer
	from := [2]int64{b.snapshotEnd(0), b.snapshotEnd(1)}
	b.await("both partitions have snapshots", func() bool { // several commits, so that what is dirty is stored
		b.writeTo(0, 5)
		b.writeTo(1, 5)
		b.await("all is judged", b.settled)
		for p := range owners {
			owners[p] = b.snapshotsBy(int32(p), from[p])
		}
		return len(owners[0]) > 0 && len(owners[1]) > 0
	})
	for producer := range owners[0] {
		if len(owners[0]) != 1 || len(owners[1]) != 1 || owners[1][producer] > 0 {
			t.Errorf("the snapshots of the two partitions are from producers %v and %v, want one each", owners[0], owners[1])
		}
	}
	other.leave()
	b.await("a owns both at the end", func() bool { return len(a.owns()) == 2 })
	b.writeTo(0, 1)
	b.writeTo(1, 1)
	b.await("all is judged", b.settled)
	a.leave()
	ids := b.published(b.written)
	slices.Sort(ids)
	if n := len(slices.Compact(slices.Clone(ids))); n != b.written || len(ids) != n {
		t.Errorf("%d records of %d readings are published, %d different ones", len(ids), b.written, n)
	}
}

// snapshotEnd is the offset after the last committed record of a snapshot partition.
func (b *bench) snapshotEnd(partition int32) int64 {
	b.t.Helper()
	ends, err := newAdmin(b).ListCommittedOffsets(b.t.Context(), b.env.Topics.Snapshots)
	if err != nil {
		b.t.Fatal(err)
	}
	end, _ := ends.Lookup(b.env.Topics.Snapshots, partition)
	return end.Offset
}

// snapshotsBy counts the snapshots of a partition from an offset on by the producer that wrote them. A session of a
// judge is one producer; sentinels are no snapshots.
func (b *bench) snapshotsBy(partition int32, from int64) map[int64]int {
	b.t.Helper()
	end, topic := b.snapshotEnd(partition), b.env.Topics.Snapshots
	client, err := kgo.NewClient(kgo.SeedBrokers(b.env.Brokers...), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().At(from)}}))
	if err != nil {
		b.t.Fatal(err)
	}
	defer client.Close()
	by := map[int64]int{}
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	for next := from; next < end; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			b.t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if !r.Attrs.IsControl() && string(r.Key) != sentinel {
				by[r.ProducerID]++
			}
		})
	}
	return by
}

// TestTwoOfOneName: of two processes with the same kafka.instance one ends and says why; the other works on.
func TestTwoOfOneName(t *testing.T) {
	b := newBench(t)
	first := b.join("one")
	b.await("the first works", func() bool { return len(first.owns()) == 1 })
	second := b.join("one")
	var err error
	winner := second
	select {
	case err = <-first.done:
	case err = <-second.done:
		winner = first
	case <-time.After(patience):
		t.Fatal("both go on")
	}
	wantError(t, err, `another process runs as instance "one" of group labwatch`, "kafka.instance")
	b.write("a", 5)
	b.await("the other works on", b.settled)
	winner.leave()
	if ids := b.published(5); len(ids) != 5 {
		t.Errorf("%d records are published, want 5", len(ids))
	}
}
