package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

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
