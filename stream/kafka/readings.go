package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

var errFound = errors.New("found")

// holdsReadings says whether readers of committed data find a reading in the log. Ticks are none, nor is what an
// aborted transaction left: both are there before the first commit of a group.
func holdsReadings(ctx context.Context, env *Environment, admin *kadm.Client) (bool, error) {
	begins, left, err := span(ctx, admin, env.Topics.Log, time.Time{})
	if err != nil || len(left) == 0 {
		return false, err
	}
	err = readSpan(ctx, env, env.Topics.Log, begins, left, func(r *kgo.Record) error {
		if stream.IsTick(r.Value) {
			return nil
		}
		return errFound
	})
	if errors.Is(err, errFound) {
		return true, nil
	}
	return false, err
}
