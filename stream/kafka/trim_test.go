package kafka

import (
	"fmt"
	"testing"
)

func TestTrimNeverGivesUpANeededSnapshot(t *testing.T) {
	tr := newTrim()
	newest := map[string]int64{}
	offset := int64(0)
	note := func(key string) {
		tr.note(key, offset)
		newest[key] = offset
		offset += 2 // markers take offsets too
	}
	for i := range 10 {
		note(fmt.Sprint("idle ", i))
	}
	for i := range 20_000 {
		note(fmt.Sprint("busy ", i%7))
		for _, key := range tr.stale() {
			note(key)
		}
		front, worth := tr.front()
		for key, at := range newest {
			if at < front {
				t.Fatalf("step %d: the front is at %d, the newest snapshot of %q at %d", i, front, key, at)
			}
		}
		if worth {
			tr.deleted = front
		}
		if live := offset - tr.deleted; live > 2*(trimLeast+trimLeast)+100 {
			t.Fatalf("step %d: %d offsets are kept", i, live)
		}
	}
	if tr.deleted == 0 {
		t.Error("nothing was ever deleted")
	}
}

// TestSnapshotTopicStaysSmall runs judges whose idle devices would pin the topic, and recovers from what is left.
func TestSnapshotTopicStaysSmall(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		b.write(fmt.Sprint("idle-", i), 3)
	}
	for range 30 { // each run leaves a snapshot of everything that it changed
		for i := range 60 {
			b.write(fmt.Sprint("busy-", i), 1)
		}
		b.judged(nil)
	}
	start, end := b.snapshotSpan()
	if end < 1800 || start == 0 {
		t.Errorf("the topic holds %d to %d: nothing was deleted", start, end)
	}
	b.write("busy-1", 1)
	if n := len(b.judged(nil)); n != 130 {
		t.Errorf("%d entities came back, want those of 65 devices", n)
	}
}
