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
	"github.com/twmb/franz-go/pkg/kmsg"
)

// forgotten is a judge whose group forgets the member once, between the last record of a transaction and its commit.
type forgotten struct {
	*Judge
	b    *bench
	once sync.Once
	stop func() // just before that; may be nil
}

func (f *forgotten) seal(now time.Time, last bool, send sender) map[place]mark {
	f.once.Do(func() {
		if f.stop != nil {
			f.stop()
		}
		answered := f.b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: f.env.Group + "-judge", Err: kerr.UnknownMemberID})
		ctx, cancel := context.WithTimeout(f.b.t.Context(), patience)
		defer cancel()
		if err := answered.Wait(ctx, 1); err != nil {
			f.b.t.Errorf("no heartbeat was answered: %v", err)
		}
	})
	return f.Judge.seal(now, last, send)
}

// TestMemberForgottenBeforeCommit: the end of a transaction needs the group's loop, and the loop, once it has failed,
// needs the end of the transaction. The transaction must abort soon, not when its context ends.
func TestMemberForgottenBeforeCommit(t *testing.T) {
	b := newBench(t)
	said := new(lockedText)
	b.env.Log = zerolog.New(zerolog.MultiLevelWriter(zerolog.NewTestWriter(t), said))
	b.write("a", 5)
	j := b.newJudge(nil)
	stop := b.start(func(ctx context.Context) error {
		return runSessions(ctx, b.env, "judge", []string{j.topic}, &forgotten{Judge: j, b: b}, &j.stats.sessionStats)
	})
	b.await("all is judged", b.settled)
	stop()
	if ids := b.published(5); len(ids) != 5 {
		t.Errorf("%d records are published, want 5", len(ids))
	}
	if strings.Contains(said.String(), context.DeadlineExceeded.Error()) {
		t.Error("the transaction ended with its context, after three session timeouts")
	}
	if !strings.Contains(said.String(), errOvertaken.Error()) {
		t.Error("the group's loop did not fail in the middle of a transaction")
	}
}

// TestStopMeetsRebalance: what a stop cannot commit because the group moves on is aborted in order. That is no failure, and
// the next start works it; the instance leaves as at any other stop.
func TestStopMeetsRebalance(t *testing.T) {
	b := newBench(t)
	b.write("a", 5)
	run := func(ctx context.Context, st func(*Judge) stage) (commits uint64, err error) {
		j := b.newJudge(nil)
		err = runSessions(ctx, b.env, "judge", []string{j.topic}, st(j), &j.stats.sessionStats)
		return j.stats.commits.Get(), err
	}
	b.env.LeaveOnStop = true
	ctx, cancel := context.WithCancel(t.Context())
	if commits, err := run(ctx, func(j *Judge) stage { return &forgotten{Judge: j, b: b, stop: cancel} }); err != nil || commits != 0 {
		t.Errorf("%d commits; the stop failed: %v", commits, err)
	}
	if names := b.members(); len(names) != 0 {
		t.Errorf("members after it are %q, and it was to leave", names)
	}
	stop := b.start(func(ctx context.Context) error {
		_, err := run(ctx, func(j *Judge) stage { return j })
		return err
	})
	b.await("all is judged", b.settled)
	stop()
	if ids := b.published(5); len(ids) != 5 {
		t.Errorf("%d records are published, want 5", len(ids))
	}
}
