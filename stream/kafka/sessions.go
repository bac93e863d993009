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
	pause := firstPause
	for {
		began := time.Now()
		s := &session{env: env, name: name, topics: topics, stage: st, stats: stats, owned: map[place]int64{},
			pace: pace{interval: env.CommitInterval}}
		err := s.run(ctx)
		switch {
		case errors.Is(err, errStopped):
			return nil
		case isFatal(err):
			return err
		case ctx.Err() != nil && s.unsaved:
			return fmt.Errorf("stopped before the last transaction was committed; what it held is worked again by the next start: %w", err)
		case ctx.Err() != nil:
			return nil //nolint:nilerr // in the middle of joining or recovering
		}
		stats.restarts.Inc()
		env.Log.Warn().Str("stage", name).Err(explain(&env.Config, err)).Msg("starting a new Kafka session; state is recovered from Kafka")
		select {
		case <-ctx.Done():
			return nil // nothing was begun since
		case <-time.After(pause):
		}
		if pause = min(2*pause, longestPause); time.Since(began) > time.Minute {
			pause = firstPause // it had worked for a while
		}
	}
}

// The pauses between two sessions that fail one after the other.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)
