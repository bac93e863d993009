package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// Sequence is the stateless stage: it standardizes raw messages, whatever their topic and key, into the log.
type Sequence struct {
	env    *Environment
	topics []string
	make   func() *stream.Sequencer
	admin  *kadm.Client
	stats  *sessionStats

	mu    sync.Mutex // guards the map; a lane belongs to whoever works its place
	lanes map[place]*lane
}

// lane is one owned raw partition. Its sequencer holds scratch space only.
type lane struct {
	sequencer *stream.Sequencer
	sheaf     sheaf
}

// NewSequence makes the stage; newSequencer is called once for each partition.
func NewSequence(env *Environment, topics []string, plain *kgo.Client, newSequencer func() *stream.Sequencer) *Sequence {
	stats := newSessionStats("sequence")
	return &Sequence{
		env: env, topics: topics, make: newSequencer, admin: kadm.NewClient(plain),
		stats: &stats, lanes: map[place]*lane{},
	}
}

// owns says whether this instance has a raw partition at all.
func (s *Sequence) owns() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lanes) > 0
}

// Run sequences until ctx ends, then commits what it has begun and returns nil.
func (s *Sequence) Run(ctx context.Context) error {
	return runSessions(ctx, s.env, "sequence", s.topics, s, s.stats)
}

// Ready says whether the stage works, for /readyz.
func (s *Sequence) Ready() (ok bool, reason string) { return s.stats.Ready() }

// Stats are the counters of the stage, for /metrics.
func (s *Sequence) Stats() *metrics.Set { return s.stats.set }

func (s *Sequence) open(ctx context.Context, at place) (int64, error) {
	o, err := stableOffset(ctx, s.env, s.admin, s.env.Group+"-sequence", at)
	if err != nil {
		return 0, fmt.Errorf("open partition %d of %s: %w", at.partition, at.topic, err)
	}
	if o.At < 0 {
		if err := s.neverRead(ctx); err != nil {
			return 0, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lanes[at] = &lane{sequencer: s.make()}
	return o.At, nil
}

// neverRead checks that a partition without a committed offset is one that was never read, and not one whose offset
// has expired: Kafka forgets those of a group that was away for a week, and everything would be judged again.
//
// The log is asked first, and the offsets more than once: another instance's very first transaction may end meanwhile,
// and its outputs show a moment before its offsets.
func (s *Sequence) neverRead(ctx context.Context) error {
	if readings, err := holdsReadings(ctx, s.env, s.admin); err != nil || !readings {
		return err
	}
	for range 10 {
		all, err := s.admin.FetchOffsets(ctx, s.env.Group+"-sequence")
		if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
			return fmt.Errorf("read committed offsets: %w", err)
		}
		for _, topic := range s.topics {
			if len(all[topic]) > 0 {
				return nil // the group knows its offsets; this partition or topic is new to it
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fatalf("group %s-sequence has no committed offsets, but %s holds readings: Kafka has forgotten where it was "+
		"(offsets.retention.minutes), and everything would be judged again; set its offsets with kafka-consumer-groups, "+
		"or remove %s, the judge's group and %s to start anew", s.env.Group, s.env.Topics.Log, s.env.Topics.Log, s.env.Topics.Snapshots)
}

func (s *Sequence) drop(at place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.lanes, at)
}

func (s *Sequence) work(at place, f kgo.FetchTopicPartition, send sender) error {
	s.mu.Lock()
	l := s.lanes[at]
	s.mu.Unlock()
	if l == nil {
		return fmt.Errorf("got records of partition %d of %s, which is not open", at.partition, at.topic)
	}
	l.sheaf.at = time.Now()
	emit := func(o stream.Output) { send(s.env.outgoing(o, &l.sheaf), nil) }
	for _, r := range f.Records {
		l.sequencer.Process(incoming(r), emit)
	}
	return nil
}

func (s *Sequence) seal(time.Time, bool, sender) map[place]mark { return nil }

func (s *Sequence) idle(time.Time) {}

func (s *Sequence) full() bool { return false }

func (s *Sequence) stateful() bool { return false }

func (s *Sequence) settle(time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lanes {
		l.sequencer.Committed()
		l.sequencer.Reuse()
		l.sheaf.reuse()
	}
}
