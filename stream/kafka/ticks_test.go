package kafka

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"labwatch/record"
)

// TestTicksWhenTheClockIsSet: the wall clock leaps ahead by 50 minutes and back. Nobody was silent for 50 minutes, so each
// leap is a gap: silence is counted from it.
func TestTicksWhenTheClockIsSet(t *testing.T) {
	b := newBench(t)
	b.env.TickInterval = 5 * time.Second
	s := NewSequence(b.env, []string{"raw"}, b.plain, nil)
	s.lanes[place{"raw", 0}] = nil // it owns the partition
	ticks := NewTicks(b.env, b.plain, s)
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(steady, set time.Duration) { // by how much the clock was set, all in all
		ticks.beat(t.Context(), moment{start.Add(steady + set), steady}, 1)
	}
	at(5*time.Second, 0)
	at(10*time.Second, 0)
	at(15*time.Second, 4*time.Second) // NTP, as it may happen on any day
	at(20*time.Second, 50*time.Minute)
	at(25*time.Second, 50*time.Minute)
	at(30*time.Second, 0)
	at(35*time.Second, 0)
	type told struct{ at, since time.Duration }
	want := []told{
		{5 * time.Second, 5 * time.Second},
		{10 * time.Second, 5 * time.Second},
		{19 * time.Second, 5 * time.Second},
		{50*time.Minute + 20*time.Second, 50*time.Minute + 20*time.Second},
		{50*time.Minute + 25*time.Second, 50*time.Minute + 20*time.Second},
		{30 * time.Second, 30 * time.Second},
		{35 * time.Second, 30 * time.Second},
	}
	for i, r := range b.ticks(len(want)) {
		got := told{time.Unix(0, r.Arrived).Sub(start), time.Unix(0, r.Time).Sub(start)}
		if got != want[i] {
			t.Errorf("tick %d is of %v since %v, want %v since %v", i, got.at, got.since, want[i].at, want[i].since)
		}
	}
}

// TestTicksAfterAFailedLook: readings wait in Kafka, and one look at it fails. The pace counts from the last look that did
// not, or a tick would run ahead of what was read and make devices silent that are not.
func TestTicksAfterAFailedLook(t *testing.T) {
	b := newBench(t)
	const interval = 2 * time.Second // a failed look takes as long
	b.env.TickInterval = interval
	s := NewSequence(b.env, []string{"raw"}, b.plain, nil)
	s.lanes[place{"raw", 0}] = nil // it owns the partition
	ticks := NewTicks(b.env, b.plain, s)
	b.raw(300)
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	read := func(n int, committed int64) {
		var at kadm.Offsets
		at.Add(kadm.Offset{Topic: "raw", At: committed, LeaderEpoch: -1})
		if err := newAdmin(b).CommitAllOffsets(t.Context(), b.env.Group+"-sequence", at); err != nil {
			t.Fatal(err)
		}
		steady := time.Duration(n) * interval
		ticks.beat(t.Context(), moment{start.Add(steady), steady}, 1)
	}
	read(1, 0)
	read(2, 50) // 250 are left: five intervals
	var broken atomic.Bool
	broken.Store(true)
	b.cluster.ControlKey(int16(kmsg.ListOffsets), func(kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		return nil, errors.New("no answer"), broken.Load()
	})
	read(3, 100)
	broken.Store(false)
	read(4, 150) // 100 in two intervals, 150 are left: three
	got := b.ticks(2)
	for i, want := range []time.Duration{-3 * interval, interval} {
		if at := time.Unix(0, got[i].Arrived).Sub(start); at != want {
			t.Errorf("tick %d is of %v, want %v", i, at, want)
		}
	}
}

// ticks reads the first n ticks of the log.
func (b *bench) ticks(n int) (all []record.Record) {
	b.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.env.Brokers...), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
		b.env.Topics.Log: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		b.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(b.t.Context(), 10*time.Second)
	defer cancel()
	for len(all) < n && ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			var e record.Record
			if err := e.UnmarshalBinary(r.Value); err != nil {
				b.t.Error(err)
			}
			if e.Kind == record.Tick {
				all = append(all, e)
			}
		})
	}
	if len(all) != n {
		b.t.Fatalf("%d ticks in the log, want %d", len(all), n)
	}
	return all
}
