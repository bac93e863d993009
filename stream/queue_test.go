package stream

import (
	"testing"
	"time"
)

// parcel is an entity of nothing but its place in the queue.
type parcel struct {
	entity
	size int64
}

func (p *parcel) bytes() int64                                  { return p.size }
func (p *parcel) put(_ *Worker, put func(key string, b []byte)) { put("x/", nil) }

// drained says how many snapshots one commit takes, and the redo point after it.
func drained(q *queue, now, next int64, budget Budget, excess int64) (puts int, redo int64) {
	redo = q.drain(nil, now, next, budget, excess, func(string, []byte) { puts++ })
	return puts, redo
}

// TestFirstCommitIsNoBurst: what changed before the first commit changed at a time that nobody knew, not in 1970. Its
// age counts from that commit, or a start would store everything that its recovery touched at once.
func TestFirstCommitIsNoBurst(t *testing.T) {
	var q queue
	q.touch(new(parcel), 5, 0)
	budget := Budget{Records: 1 << 40, Age: 30 * time.Second}
	for _, step := range []struct {
		after time.Duration
		puts  int
		redo  int64
	}{{0, 0, 5}, {30 * time.Second, 0, 5}, {30*time.Second + 1, 1, 6}} {
		puts, redo := drained(&q, epoch()+int64(step.after), 6, budget, 0)
		if puts != step.puts || redo != step.redo {
			t.Errorf("after %v: %d snapshots and redo point %d, want %d and %d", step.after, puts, redo, step.puts, step.redo)
		}
	}
}

// TestSnapshotsAreSpread: devices that change all the time are stored once an age each, a few at every commit, whether
// there are fewer of them than commits or more, and from the first commit after a recovery on.
func TestSnapshotsAreSpread(t *testing.T) {
	const every, age = 200 * time.Millisecond, 30 * time.Second
	commits := int(age / every)
	budget := Budget{Records: 1 << 40, Age: age, Every: every}
	for _, n := range []int{1, 10, 149, 150, 151, 1000} {
		var q queue
		hot := make([]*parcel, n)
		for i := range hot {
			hot[i] = new(parcel)
		}
		total, most := 0, 0
		for c := range 3 * commits {
			now, offset := int64(0), int64(c)
			if c > 0 {
				now = epoch() + int64(c)*int64(every)
			}
			for _, p := range hot {
				q.touch(p, offset, now)
			}
			puts, _ := drained(&q, epoch()+int64(c+1)*int64(every), offset+1, budget, 0)
			total, most = total+puts, max(most, puts)
		}
		if want := n/commits + 1; most > want {
			t.Errorf("%d devices: %d snapshots in one commit, want at most %d", n, most, want)
		}
		if total < 3*n-2-n/commits || total > 3*n+1 {
			t.Errorf("%d devices: %d snapshots in three ages, want %d", n, total, 3*n)
		}
	}
}

// TestMemoryMakesSnapshotsDue: what is dirty cannot leave memory, so when memory is short the oldest are stored.
func TestMemoryMakesSnapshotsDue(t *testing.T) {
	var q queue
	for i := range int64(10) {
		q.touch(&parcel{size: 100}, i, 1)
	}
	puts, redo := drained(&q, 2, 10, Budget{Records: 1 << 40, Age: time.Hour}, q.bytes()-450)
	if puts != 6 || redo != 6 || q.bytes() != 400 {
		t.Errorf("%d snapshots, redo point %d, %d bytes are left; want 6, 6 and 400", puts, redo, q.bytes())
	}
}
