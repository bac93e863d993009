package kafka

import (
	"testing"
	"time"
)

// TestRetentionNear: what is kept before the redo point is compared with what is behind it; a young topic is not at risk.
func TestRetentionNear(t *testing.T) {
	for _, c := range []struct {
		name              string
		first, redo, next int64
		want              bool
	}{
		{"nothing was ever deleted", 0, 10, 5000, false},
		{"far away", 1000, 5000, 6000, false},
		{"less than twice the span is left", 1000, 2999, 4000, true},
		{"just enough is left", 1000, 3000, 4000, false},
		{"the redo point is gone already", 1000, 500, 4000, true},
		{"idle, all is saved and all before is deleted", 4000, 4000, 4000, false},
	} {
		r := retained{first: c.first, redo: c.redo}
		if got := r.near(c.next); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestInputIsDeletedBehindTheRedoPoint: retention has taken what a recovery would need while the judge works. It has the
// state in memory and saves it, so that a kill afterwards finds everything.
func TestInputIsDeletedBehindTheRedoPoint(t *testing.T) {
	b := newBench(t)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Hour}
	b.write("a", 40)
	j := b.newJudge(nil)
	stop := b.start(j.Run)
	b.await("all is judged", b.settled)
	if _, redo := b.noted(); redo >= 30 {
		t.Fatal("nothing was owed at the last commit, so this proves nothing")
	}
	b.deleteBefore(30)
	b.await("the redo point has moved", func() bool {
		b.write("b", 1)
		b.await("all is judged", b.settled)
		committed, redo := b.noted()
		return redo > 30 && redo <= committed
	})
	if j.stats.retentionNear.Get() == 0 {
		t.Error("nobody was told")
	}
	stop()
}

// TestNoAlarmWithoutRedoPoint: whoever comes to a topic of which something was deleted, with no redo point, saves everything and
// has one at the next commit, also without input. That is no reason to ask for a longer retention.
func TestNoAlarmWithoutRedoPoint(t *testing.T) {
	for name, set := range map[string]int64{"a first start": -1, "set to the oldest": 30, "set to the end": 40} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Second}
			b.write("a", 40)
			b.deleteBefore(30)
			if set >= 0 {
				b.setOffset(set)
			}
			j := b.newJudge(nil)
			stop := b.start(j.Run)
			b.await("everything is saved", func() bool { committed, redo := b.noted(); return committed == 40 && redo == 40 })
			if n := j.stats.retentionNear.Get(); n > 0 {
				t.Errorf("the site was alarmed %d times", n)
			}
			stop()
		})
	}
}

// TestQuietPartitionByHand: an offset that was set by hand gets its redo point beside the input of others.
func TestQuietPartitionByHand(t *testing.T) {
	b := newBenchOf(t, 2)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: time.Hour}
	b.writeTo(0, 20)
	b.writeTo(1, 20)
	b.setOffset(20)
	a := b.join("a")
	b.await("the quiet partition has a redo point", func() bool {
		b.writeTo(1, 1) // so that there is never a commit without input
		_, redo := b.noted()
		return redo == 20
	})
	a.leave()
}
