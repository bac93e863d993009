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
	var since, last, looked time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-every.C:
			if !t.sequence.owns() {
				since = time.Time{} // others tick
				continue
			}
			at, sure, err := t.look(ctx, now, now.Sub(looked))
			looked = now
			if err != nil || !sure {
				continue // after too many of these the gap shows below
			}
			// After a gap (a pause, an outage, the first tick) nothing is known about who spoke in it: silence
			// counts from here.
			if since.IsZero() || now.Sub(last) > 3*t.env.TickInterval {
				since = now
			}
			if t.write(ctx, at, since, partitions) {
				last = now
			}
		}
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
