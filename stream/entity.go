package stream

import (
	"encoding/binary"
	"fmt"
	"time"
)

// An entity is a piece of state that is snapshotted as a whole: a device, a group of devices, the clock. What it
// becomes depends on itself and the input only, never on another entity: after a crash each begins its redo at
// another offset, and none may ask another what it was at the time.
type entity struct {
	key    string
	covers int64 // first offset that the state does not contain
	at     int64 // offset that changed it last in this life; several steps of one message may
	since  int64 // first offset that no snapshot contains; meaningful while queued
	dirty  int64 // when it became dirty, by the time of the commit before it
	queued bool
	state  interface{ appendState([]byte) []byte }
}

// takes says whether the message at offset is news to e. During a redo it is not if the snapshot contains it.
func (e *entity) takes(offset int64) bool { return offset >= e.covers || offset == e.at }

// snapshotVersion is the first byte of every snapshot. A newer one is refused; an older one is migrated when there
// is one.
const snapshotVersion = 1

// snapshot is the entity's state as it is stored.
func (e *entity) snapshot() []byte {
	b := []byte{snapshotVersion}
	b = binary.AppendUvarint(b, uint64(e.covers))
	return e.state.appendState(b)
}

// openSnapshot checks a stored snapshot and returns what it covers and a reader of the state.
func openSnapshot(key string, blob []byte, committed int64) (covers int64, r *reader, err error) {
	if len(blob) == 0 {
		return 0, nil, fmt.Errorf("snapshot of %q is empty", key)
	}
	if blob[0] > snapshotVersion {
		return 0, nil, fmt.Errorf("snapshot of %q was written by a newer labwatch (state version %d, this one knows %d): "+
			"run that version, or remove the group and the snapshot topic to start anew", key, blob[0], snapshotVersion)
	}
	r = &reader{b: blob[1:]}
	covers = int64(r.uvarint())
	if r.err != nil {
		return 0, nil, fmt.Errorf("read snapshot of %q: %w", key, r.err)
	}
	if covers > committed {
		return 0, nil, fmt.Errorf("state of %q covers input up to offset %d, but the group has committed only %d: its offsets "+
			"were set back or have expired; set them to %d or later, or remove the group and the snapshot topic to start anew",
			key, covers, committed, covers)
	}
	return covers, r, nil
}

// Budget says when a dirty entity is due for a snapshot.
type Budget struct {
	Records int64         // its oldest change is that many offsets old
	Age     time.Duration // or that old
	Every   time.Duration // one commit interval: the work is spread over Age/Every commits
	All     bool          // everything is due: the last commit before a stop
}

// queue holds the dirty entities, the one with the oldest change first.
type queue struct{ entities []*entity }

// touch notes that offset changes e. Offsets only grow, so the queue stays in order.
func (q *queue) touch(e *entity, offset, now int64) {
	e.covers, e.at = offset+1, offset
	if !e.queued {
		e.queued, e.since, e.dirty = true, offset, now
		q.entities = append(q.entities, e)
	}
}

// drain puts the snapshots that are due and returns the redo point: the oldest offset that is in no snapshot.
func (q *queue) drain(now, next int64, budget Budget, put func(key string, blob []byte)) (redo int64) {
	// A share of the queue at every commit keeps a burst of changes from becoming a burst of snapshots.
	share := 0
	if budget.Every > 0 {
		share = int(int64(len(q.entities)) * int64(budget.Every) / int64(budget.Age))
	}
	done := 0
	for _, e := range q.entities {
		if e.dirty == 0 {
			e.dirty = now // it changed before the first commit, when no time was known
		}
		due := budget.All || done < share || next-e.since > budget.Records || now-e.dirty > int64(budget.Age)
		if !due {
			break
		}
		put(e.key, e.snapshot())
		e.queued = false
		done++
	}
	rest := copy(q.entities, q.entities[done:])
	clear(q.entities[rest:])
	q.entities = q.entities[:rest]
	if rest == 0 {
		return next
	}
	return q.entities[0].since
}
