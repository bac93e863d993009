package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// runSessions keeps sessions going until ctx ends (then it returns nil after a last commit) or an error that a new session
// cannot mend.
func runSessions(ctx context.Context, env *Environment, name string, topics []string, st stage, stats *sessionStats) error {
	pause, doubt := firstPause, false
	for {
		began := time.Now()
		s := &session{env: env, name: name, topics: topics, stage: st, stats: stats, owned: map[place]int64{},
			pace: pace{interval: env.CommitInterval}, doubt: doubt}
		err := s.run(ctx)
		doubt = s.doubt || s.unsaved
		switch {
		case errors.Is(err, errStopped):
			return nil
		case isFatal(err):
			return err
		case ctx.Err() != nil:
			return s.cut(err)
		}
		stats.restarts.Inc()
		env.Log.Warn().Str("stage", name).Err(explain(&env.Config, err)).Msg("starting a new Kafka session; state is recovered from Kafka")
		select {
		case <-ctx.Done():
			return s.cut(err)
		case <-time.After(pause):
		}
		if pause = min(2*pause, longestPause); time.Since(began) > time.Minute {
			pause = firstPause // it had worked for a while
		}
	}
}

// rest is the pause after a transaction whose outputs could not be written, from the second in a row on: most such errors are
// over at once, and what refuses our messages as they are (a clock that is wrong, a policy of the brokers) lasts until
// somebody mends it. Rebalances are not kept waiting.
func (s *session) rest(ctx context.Context) {
	if s.refused < 2 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(min(firstPause<<min(s.refused-2, 10), longestPause)):
	}
}

// cut is how a stop ends that came in the middle of joining or recovering, or between two sessions: with nothing to save
// and no failure, but for a transaction whose end nobody knows.
func (s *session) cut(err error) error {
	if !s.unsaved && !s.doubt {
		return nil
	}
	return fmt.Errorf("stopped while nobody knows how the last transaction ended; if it was not committed, the next start works it again: %w", err)
}

// The pauses between two sessions that fail one after the other, or two transactions whose outputs are refused.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)
