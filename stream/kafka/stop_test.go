package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"labwatch/stream"
)

// TestStopBeforeAnythingIsRead: a judge that is told to stop while it still joins or recovers has nothing to save. It
// ends at once and it is no failure.
func TestStopBeforeAnythingIsRead(t *testing.T) {
	for name, held := range map[string]kfake.Fault{
		"taking over": {Keys: []kmsg.Key{kmsg.InitProducerID}, Err: kerr.CoordinatorLoadInProgress},
		"joining":     {Keys: []kmsg.Key{kmsg.JoinGroup}, Err: kerr.CoordinatorLoadInProgress},
		"recovering":  {Keys: []kmsg.Key{kmsg.OffsetFetch}, Err: kerr.UnstableOffsetCommit},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.write("a", 5)
			held.Count = -1
			reached := b.cluster.Fault(held)
			j := NewJudge(b.env, b.env.Topics.Log, b.plain, nil, func(int32) *stream.Worker { return stream.NewWorker(b.judging, nil, nil) })
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- j.Run(ctx) }()
			limit, stop := context.WithTimeout(t.Context(), patience)
			defer stop()
			if err := reached.Wait(limit, 2); err != nil {
				t.Fatal(err)
			}
			cancel()
			began := time.Now()
			if err := <-done; err != nil {
				t.Error(err)
			}
			// By themselves they would be given up after three session timeouts.
			if took := time.Since(began); took > 2*b.env.SessionTimeout {
				t.Errorf("it ended after %v", took)
			}
		})
	}
}
