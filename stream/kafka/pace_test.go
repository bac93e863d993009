package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestPace(t *testing.T) {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	at := func(ms float64) time.Time { return start.Add(time.Duration(ms * 1e6)) }
	p := pace{interval: 200 * time.Millisecond}
	for i, c := range []struct {
		begins, ends, commit, done float64 // ms
	}{
		{1000, 1002.5, 1003, 1004},  // a first record waits for a tenth only, and intervals grow: 25
		{1005, 1053, 1053, 1060},    // 50
		{1061, 1153, 1152, 1162},    // 100
		{1163, 1352, 1352, 1372},    // 200 from commit to commit
		{1373, 1552, 1552, 1562},    // the same
		{9000, 9020, 9020, 9025},    // after a pause a tenth
		{9100, 9220, 9220, 9290},    // a slow commit
		{9490, 9560, 9560, 9960},    // as long as the last commit took
		{9970, 10170, 10170, 10180}, // but for no longer than the interval
	} {
		if got := p.end(at(c.begins)); !got.Equal(at(c.ends)) {
			t.Errorf("%d: begun at %v ms, ends after %v, want %v ms", i, c.begins, got.Sub(start), c.ends)
		}
		p.committed(at(c.commit), at(c.done))
	}
}

// An interval that is shorter than the first ones is the first.
func TestPaceShorterThanTheFirst(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	p := pace{interval: 10 * time.Millisecond}
	p.committed(now, now)
	if got := p.end(now); got.Sub(now) != 10*time.Millisecond {
		t.Errorf("ends after %v", got.Sub(now))
	}
}

// More partitions are input that has waited.
func TestPaceRestarts(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	p := pace{interval: 200 * time.Millisecond, grown: 200 * time.Millisecond, last: now}
	p.restart()
	if got := p.end(now); got.Sub(now) != firstPace {
		t.Errorf("ends after %v, want %v", got.Sub(now), firstPace)
	}
}

// scripted is a client whose every poll is answered with one record, until one is to be committed; the ends of its
// transactions are as they are listed.
type scripted struct {
	client *kgo.Client
	polls  int // in the open transaction
	ends   []bool
}

var _ transactor = &scripted{}

func (c *scripted) Client() *kgo.Client { return c.client }

func (c *scripted) PollFetches(ctx context.Context) kgo.Fetches {
	if c.polls++; c.polls > 1 {
		<-ctx.Done()
		return kgo.NewErrFetch(ctx.Err())
	}
	return kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: "raw", Partitions: []kgo.FetchPartition{{Records: []*kgo.Record{{}}}}}}}}
}

func (c *scripted) Produce(context.Context, *kgo.Record, func(*kgo.Record, error)) {}
func (c *scripted) Begin() error                                                   { return nil }
func (c *scripted) AllowRebalance()                                                {}
func (c *scripted) CloseAllowingRebalance()                                        {}

func (c *scripted) End(context.Context, kgo.TransactionEndTry) (bool, error) {
	committed := c.ends[0]
	c.polls, c.ends = 0, c.ends[1:]
	return committed, nil
}

// TestNewPartitionsAreSoonCommitted: intervals are short when the group has given partitions, and not because it assigns
// anew without giving any, or because an aborted transaction is worked again.
func TestNewPartitionsAreSoonCommitted(t *testing.T) {
	b := newBench(t)
	stats := newSessionStats("judge")
	at := map[string][]int32{"raw": {0}}
	s := &session{env: b.env, stage: nothing{}, owned: map[place]int64{}, stats: &stats,
		pace: pace{interval: 8 * firstPace, grown: 8 * firstPace}, watchdog: watchdog{patience: time.Hour}}
	for _, c := range []struct {
		name      string
		group     func()
		committed bool
		want      time.Duration
	}{
		{"the group is quiet", func() {}, true, 8 * firstPace},
		{"it gives", func() { s.assigned(t.Context(), t.Context(), at) }, true, firstPace},
		{"what it gave is committed", func() {}, true, 2 * firstPace},
		{"it assigns anew, and has told nobody yet", func() { s.revoked(nil) }, true, 4 * firstPace},
		{"it gives nothing", func() { s.assigned(t.Context(), t.Context(), nil) }, false, 8 * firstPace},
		{"after an abort", func() {}, true, 8 * firstPace},
		{"it gives, and the commit is aborted", func() { s.assigned(t.Context(), t.Context(), at) }, false, firstPace},
		{"after that", func() {}, true, 2 * firstPace},
		{"it takes", func() { s.revoked(at) }, true, 4 * firstPace},
	} {
		s.gts = &scripted{client: b.plain, ends: []bool{c.committed}}
		c.group()
		if err := s.transaction(t.Context()); err != nil {
			t.Fatal(c.name, err)
		}
		if s.pace.grown != c.want {
			t.Errorf("%s: the interval was %v, want %v", c.name, s.pace.grown, c.want)
		}
	}
}
