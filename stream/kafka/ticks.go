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
	env     *Environment
	plain   *kgo.Client // partitions by hand
	through func(now time.Time) (time.Time, bool)
	count   *metrics.Counter
}

// NewTicks makes the ticker of a sequencing instance. The plain client must partition by hand.
func NewTicks(env *Environment, plain *kgo.Client, s *Sequence) *Ticks {
	return &Ticks{env: env, plain: plain, through: s.through, count: s.stats.set.NewCounter("labwatch_ticks_total")}
}

// Run ticks until ctx ends.
func (t *Ticks) Run(ctx context.Context, partitions int32) error {
	every := time.NewTicker(t.env.TickInterval)
	defer every.Stop()
	var since, last time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-every.C:
			at, owner := t.through(now)
			if !owner {
				since = time.Time{}
				continue
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
