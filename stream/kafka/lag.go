package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Lag watches how far a group's committed offsets are behind the ends of its topics. It asks Kafka instead of the
// consumer, so it also tells the truth about a consumer that has stopped.
type Lag struct {
	env    *Environment
	stage  string
	topics []string
	admin  *kadm.Client
	set    *metrics.Set
	waits  map[place]*waiting
	seen   atomic.Pointer[time.Time] // when Kafka answered last
}

// NewLag watches the topics of one stage, "sequence" or "judge".
func NewLag(env *Environment, stage string, topics []string, plain *kgo.Client) *Lag {
	l := &Lag{env: env, stage: stage, topics: topics, admin: kadm.NewClient(plain), set: metrics.NewSet(), waits: map[place]*waiting{}}
	l.set.NewGauge(fmt.Sprintf("labwatch_kafka_answered_timestamp_seconds{stage=%q}", stage), func() float64 {
		return float64(l.seen.Load().UnixMilli()) / 1e3
	})
	now := time.Now()
	l.seen.Store(&now) // it was connected to a moment ago
	return l
}

// Stats are the gauges, for /metrics. A transaction's end marker counts as a record, so 1 can be "nothing behind".
func (l *Lag) Stats() *metrics.Set { return l.set }

// Ready says whether Kafka has answered lately, for /readyz.
func (l *Lag) Ready() (ok bool, reason string) {
	seen := l.seen.Load()
	if time.Since(*seen) > 20*time.Second {
		return false, "Kafka has not answered since " + seen.UTC().Format(time.TimeOnly)
	}
	return true, ""
}

// Run looks every five seconds until ctx ends.
func (l *Lag) Run(ctx context.Context) error {
	every := time.NewTicker(5 * time.Second)
	defer every.Stop()
	for {
		if err := l.look(ctx); err != nil && ctx.Err() == nil {
			l.env.Log.Warn().Err(err).Str("stage", l.stage).Msg("lag is unknown")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
	}
}

func (l *Lag) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ends, committed, err := endsAndOffsets(ctx, l.admin, l.topics, l.env.Group+"-"+l.stage)
	if err != nil {
		return err
	}
	now := time.Now()
	l.seen.Store(&now)
	ends.Each(func(end kadm.ListedOffset) {
		if end.Err != nil {
			return // nobody leads it just now: what was known stands
		}
		at := place{end.Topic, end.Partition}
		w := l.waits[at]
		if w == nil {
			w = newWaiting(l.set, fmt.Sprintf(`{stage=%q,topic=%q,partition="%d"}`, l.stage, at.topic, at.partition))
			l.waits[at] = w
		}
		from := int64(0)
		if c, ok := committed.Lookup(at.topic, at.partition); ok {
			if c.Err != nil {
				return
			}
			from = max(c.At, 0)
		}
		w.look(now, from, end.Offset)
	})
	return nil
}

// endsAndOffsets asks where topics end, and then what a group has committed.
func endsAndOffsets(ctx context.Context, admin *kadm.Client, topics []string, group string) (kadm.ListedOffsets, kadm.OffsetResponses, error) {
	ends, err := admin.ListEndOffsets(ctx, topics...)
	if err != nil {
		return nil, nil, fmt.Errorf("list ends of %v: %w", topics, err)
	}
	committed, err := admin.FetchOffsets(ctx, group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // before its first commit there is no group
		return nil, nil, fmt.Errorf("read committed offsets: %w", err)
	}
	return ends, committed, nil
}
