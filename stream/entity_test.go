package stream

import (
	"testing"
	"time"
)

type nothing struct{}

func (nothing) appendState(b []byte) []byte { return b }

// TestFirstCommitIsNoBurst: what changed before the first commit changed at a time that nobody knew, not in 1970. Its
// age counts from that commit, or a start would store everything that its recovery touched at once.
func TestFirstCommitIsNoBurst(t *testing.T) {
	var q queue
	e := &entity{key: "d/a", state: nothing{}}
	q.touch(e, 5, 0)
	budget := Budget{Records: 1 << 40, Age: 30 * time.Second}
	for _, step := range []struct {
		after time.Duration
		puts  int
		redo  int64
	}{{0, 0, 5}, {30 * time.Second, 0, 5}, {30*time.Second + 1, 1, 6}} {
		puts := 0
		redo := q.drain(epoch()+int64(step.after), 6, budget, func(string, []byte) { puts++ })
		if puts != step.puts || redo != step.redo {
			t.Errorf("after %v: %d snapshots and redo point %d, want %d and %d", step.after, puts, redo, step.puts, step.redo)
		}
	}
}
