package kafka

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// endless is a broker that never ends a transaction.
func endless() kfake.Fault {
	return kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, Err: kerr.InvalidTxnState, Count: -1}
}

// debtor is a judge that is told to stop when its first records are committed, and something of them still owed.
type debtor struct {
	*Judge
	worked bool
	stop   func()
}

var _ stage = &debtor{}

func (d *debtor) work(at place, f kgo.FetchTopicPartition, send sender) error {
	d.worked = true
	return d.Judge.work(at, f, send)
}

func (d *debtor) settle(now time.Time) {
	d.Judge.settle(now)
	if d.worked {
		d.stop()
	}
}

// TestUnknownEndWithoutInput: a transaction that only pays what is owed is one whose end must be known like any other's.
func TestUnknownEndWithoutInput(t *testing.T) {
	b := newBench(t)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Hour}
	b.write("a", 5)
	j := b.newJudge(nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	stop := func() { b.cluster.Fault(endless()); cancel() }
	err := runSessions(ctx, b.env, "judge", []string{j.topic}, &debtor{Judge: j, stop: stop}, &j.stats.sessionStats)
	wantError(t, err, "nobody knows how the last transaction ended")
}

// saying calls a function when a message is logged.
type saying func(message string)

func (s saying) Run(_ *zerolog.Event, _ zerolog.Level, message string) { s(message) }

// TestUnknownEndOutlivesItsSession: a stop that comes when the end of a transaction has failed, and before a new session has
// made Kafka end it, is not in order; later it is.
func TestUnknownEndOutlivesItsSession(t *testing.T) {
	held := func(key kmsg.Key) kfake.Fault {
		return kfake.Fault{Keys: []kmsg.Key{key}, Err: kerr.CoordinatorLoadInProgress, Count: -1}
	}
	for name, c := range map[string]struct {
		// meet is called when the first session has failed; stopAfter stops once a fault was met.
		meet  func(b *bench, st *idling, stop func(), stopAfter func(*kfake.FaultHandle))
		fails bool
	}{
		"between sessions": {func(_ *bench, _ *idling, stop func(), _ func(*kfake.FaultHandle)) { stop() }, true},
		"taking over": {func(b *bench, _ *idling, _ func(), stopAfter func(*kfake.FaultHandle)) {
			stopAfter(b.cluster.Fault(held(kmsg.InitProducerID)))
		}, true},
		"recovering": {func(b *bench, st *idling, _ func(), stopAfter func(*kfake.FaultHandle)) {
			joins := b.cluster.Fault(held(kmsg.JoinGroup))
			st.idles, st.then = 1, func() { // the next one is of a session that has taken over
				stopAfter(b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetFetch}, Err: kerr.UnstableOffsetCommit, Count: -1}))
				joins.Remove()
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.write("a", 5)
			b.cluster.Fault(endless())
			ctx, stop := context.WithTimeout(t.Context(), patience)
			defer stop()
			var waiting sync.WaitGroup
			defer waiting.Wait()
			stopAfter := func(f *kfake.FaultHandle) {
				waiting.Go(func() {
					if err := f.Wait(ctx, 1); err != nil {
						t.Error(err)
					}
					stop()
				})
			}
			j := b.newJudge(nil)
			st, failures := &idling{Judge: j, idles: 2}, 0
			b.env.Log = b.env.Log.Hook(saying(func(message string) {
				if strings.HasPrefix(message, "starting a new Kafka session") {
					failures++
					c.meet(b, st, stop, stopAfter)
				}
			}))
			err := runSessions(ctx, b.env, "judge", []string{j.topic}, st, &j.stats.sessionStats)
			if (err != nil) != c.fails || failures != 1 {
				t.Errorf("after %d failures the stop ended with %v", failures, err)
			}
		})
	}
}
