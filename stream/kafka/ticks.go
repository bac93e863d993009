package kafka

import (
	"context"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// Ticks write the passing of time into every partition of the log, so that "device silent" is decided at one place
// of one ordered input and not by a clock.
//
// They are written outside the transactions. A tick of a stalled instance, or one written twice, does no harm: it
// carries the time itself, and a worker's time never runs backwards.
type Ticks struct {
	env      *Environment
	plain    *kgo.Client // partitions by hand
	sequence *Sequence
	through  through
	count    *metrics.Counter

	since   time.Time     // nobody missed a tick from then on; zero: not known
	looked  moment        // when Kafka last told how far the raw topics were read
	written time.Duration // steady time of the last tick
}

// NewTicks makes the ticker of a sequencing instance. The plain client must partition by hand.
func NewTicks(env *Environment, plain *kgo.Client, s *Sequence) *Ticks {
	return &Ticks{
		env: env, plain: plain, sequence: s, count: s.stats.set.NewCounter("labwatch_ticks_total"),
		through: through{admin: s.admin, group: env.Group + "-sequence", topics: s.topics},
	}
}

// Run ticks until ctx ends.
func (t *Ticks) Run(ctx context.Context, partitions int32) error {
	every := time.NewTicker(t.env.TickInterval)
	defer every.Stop()
	began := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-every.C:
			t.beat(ctx, moment{now.Round(0), now.Sub(began)}, partitions)
		}
	}
}

// moment is a time by both clocks: that of the wall, which people and NTP set, and one that nobody sets.
type moment struct {
	wall   time.Time
	steady time.Duration // since some beginning
}

// beat writes one tick, if it is known how far the raw topics were read.
//
// After a gap (a pause, an outage, the first tick) nothing is known about who spoke in it: silence counts from here. When
// the wall clock was set, ahead or back, the time that it left out or gives twice is such a gap too: nobody was silent
// for 50 minutes because a clock leapt so far.
func (t *Ticks) beat(ctx context.Context, now moment, partitions int32) {
	if !t.sequence.owns() {
		t.since = time.Time{} // others tick
		return
	}
	passed := now.steady - t.looked.steady // since the last look that Kafka answered
	if set := now.wall.Sub(t.looked.wall) - passed; !t.looked.wall.IsZero() && set.Abs() > t.env.TickInterval {
		t.env.Log.Warn().Dur("by", set).Msg("the clock of this machine was set; silence is counted anew from here")
		t.since, t.through.last = time.Time{}, nil // the paces that were seen are in the former time
		t.looked = now
	}
	at, sure, err := t.look(ctx, now.wall, passed)
	if err == nil {
		t.looked = now
	}
	if err != nil || !sure {
		return // after too many of these the gap shows below
	}
	if t.since.IsZero() || now.steady-t.written > 3*t.env.TickInterval {
		t.since = now.wall
	}
	if t.write(ctx, at, t.since, partitions) {
		t.written = now.steady
	}
}

func (t *Ticks) look(ctx context.Context, now time.Time, since time.Duration) (time.Time, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, t.env.TickInterval)
	defer cancel()
	return t.through.look(ctx, now, since)
}

// write puts one tick into every partition and says whether all were written.
func (t *Ticks) write(ctx context.Context, at, since time.Time, partitions int32) bool {
	value := stream.EncodeTick(at.UnixNano(), since.UnixNano())
	records := make([]*kgo.Record, partitions)
	for p := range records {
		records[p] = &kgo.Record{Topic: t.env.Topics.Log, Partition: int32(p), Value: value}
	}
	ctx, cancel := context.WithTimeout(ctx, t.env.SessionTimeout)
	defer cancel()
	if err := t.plain.ProduceSync(ctx, records...).FirstErr(); err != nil {
		if ctx.Err() == nil {
			t.env.Log.Warn().Err(err).Msg("tick was not written; silence is counted anew from the next one")
		}
		return false
	}
	t.count.Inc()
	return true
}
