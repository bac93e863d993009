package kafka

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/twmb/franz-go/pkg/kadm"
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
	headers   sheaf
	reached   progress
}

// NewSequence makes the stage; newSequencer is called once for each partition.
func NewSequence(env *Environment, topics []string, plain *kgo.Client, newSequencer func() *stream.Sequencer) *Sequence {
	stats := newSessionStats("sequence")
	return &Sequence{
		env: env, topics: topics, make: newSequencer, admin: kadm.NewClient(plain),
		stats: &stats, lanes: map[place]*lane{},
	}
}

// Run sequences until ctx ends, then commits what it has begun and returns nil.
func (s *Sequence) Run(ctx context.Context) error {
	return runSessions(ctx, s.env, "sequence", s.topics, s, s.stats)
}

// Stats are the counters of the stage, for /metrics.
func (s *Sequence) Stats() *metrics.Set { return s.stats.set }

func (s *Sequence) open(ctx context.Context, at place) (int64, error) {
	o, err := stableOffset(ctx, s.env, s.admin, s.env.Group+"-sequence", at)
	if err != nil {
		return 0, fmt.Errorf("open partition %d of %s: %w", at.partition, at.topic, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lanes[at] = &lane{sequencer: s.make()}
	return o.At, nil
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
	emit := func(o stream.Output) { send(s.env.outgoing(o, &l.headers), nil) }
	for _, r := range f.Records {
		l.sequencer.Process(incoming(r), emit)
	}
	last := f.Records[len(f.Records)-1]
	l.reached.set(last.Timestamp, last.Offset+1 >= f.HighWatermark)
	return nil
}

func (s *Sequence) seal(time.Time, bool, sender) map[place]string { return nil }

func (s *Sequence) settle(time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lanes {
		l.sequencer.Committed()
	}
}

// through says up to which time of arrival this instance has read its raw partitions: now, unless one of them is
// behind. A tick must not run ahead of readings that wait in Kafka, or every device would seem silent after a pause.
func (s *Sequence) through(now time.Time) (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lanes {
		if at, behind := l.reached.get(now); behind && at.Before(now) {
			now = at
		}
	}
	return now, len(s.lanes) > 0
}

// progress of one raw partition. Its own lock, because ticks read it while records are worked.
type progress struct {
	mu       sync.Mutex
	last     time.Time // Kafka's timestamp of the newest record that was worked
	caughtUp bool      // it was the last of its partition
	worked   time.Time // when that was
}

// quiet is how long a partition may give nothing before it counts as read to its end although its last record was
// not at the high watermark: behind a transaction's last record stands a marker that is never handed out.
const quiet = 2 * time.Second

func (p *progress) set(last time.Time, caughtUp bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last, p.caughtUp, p.worked = last, caughtUp, time.Now()
}

func (p *progress) get(now time.Time) (last time.Time, behind bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last, !p.caughtUp && !p.worked.IsZero() && now.Sub(p.worked) < quiet
}
