package stream

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"strings"
)

// Restore takes a snapshot; committed is the group's committed offset, which no snapshot may be ahead of. It says
// whether the snapshot was taken: one that is older than what is known already is not. A nil blob is that of a device
// that has nothing learned any more. What devices have learned is not read, if they can be loaded.
func (w *Worker) Restore(key string, blob []byte, committed int64) (taken bool, err error) {
	parts, err := Upgrade(key, blob)
	if err != nil {
		return false, err
	}
	for _, p := range parts {
		one, err := w.restore(p.Key, p.Blob, committed)
		if err != nil {
			return false, err
		}
		taken = taken || one
	}
	return taken, nil
}

func (w *Worker) restore(key string, blob []byte, committed int64) (taken bool, err error) {
	w.memory.unchecked = true
	kind, name, _ := strings.Cut(key, "/")
	if blob == nil && kind+"/" == deviceKind {
		return w.restoreNothing(w.device(name)), nil
	}
	covers, r, err := openSnapshot(key, blob, committed)
	if err != nil {
		return false, err
	}
	switch kind + "/" {
	case cardKind:
		d := w.device(name)
		if covers < d.covers {
			return false, nil // left behind by a stalled instance
		}
		d.readState(r)
		d.covers = covers
	case deviceKind:
		d := w.device(name)
		if covers < d.learned {
			return false, nil
		}
		if w.memory.load != nil {
			return true, nil
		}
		w.restoreNothing(d)
		h := &held{device: newDevice(&d.card)}
		if err := w.readDevice(d, h, blob, committed); err != nil {
			return false, err
		}
		w.add(d, h)
		w.look(d)
		return true, nil
	case groupKind:
		if old := w.groups[name]; old != nil && covers < old.covers {
			return false, nil
		}
		w.addGroup(readGroup(r, w.j, name)).covers = covers
	case clockKind:
		if c := w.clockOf(key); c != nil {
			c.now.read(r)
			c.past, c.stored = c.past[:0], bytes.Clone(blob)
		} else {
			r.b = nil // of a former config: the log carries ticks, and without forget_after nobody is forgotten
		}
	default:
		return false, fmt.Errorf("snapshot %q is of no kind that this labwatch knows", key)
	}
	if err := r.done(); err != nil {
		return false, fmt.Errorf("read snapshot of %q: %w", key, err)
	}
	return true, nil
}

func (w *Worker) restoreNothing(d *ownedDevice) bool {
	if d.held != nil {
		w.release(d)
	}
	return true
}

// Covered is how far the state has come that was restored: the first offset that no snapshot of a device or a group contains.
func (w *Worker) Covered() (next int64) {
	for _, d := range w.devices {
		next = max(next, d.covers)
	}
	for _, g := range w.groups {
		next = max(next, g.covers)
	}
	return next
}

// restored checks, once everything is restored, that each card has the learned part that it names.
func (w *Worker) restored() error {
	if !w.memory.unchecked {
		return nil
	}
	w.memory.unchecked = false
	for _, d := range w.byName() {
		switch {
		case d.learned == noLearned:
		case w.memory.load == nil && (d.held == nil || d.held.covers != d.learned):
			return fmt.Errorf("the snapshot of %q up to offset %d is not there", deviceKind+d.name, d.learned)
		case w.memory.load != nil && d.series == unknownSeries:
			if _, err := w.hold(d); err != nil {
				return err
			}
			w.summarise(d)
			w.release(d)
		}
	}
	return nil
}

// Checkpoint puts the snapshots that are due; a nil blob says that there is nothing any more under its key. Next is
// the offset after the last message; the redo point that is returned must be committed with it. Now is in nanoseconds, by a
// clock that nobody sets: it tells ages.
func (w *Worker) Checkpoint(now, next int64, budget Budget, put func(key string, blob []byte)) (redo int64) {
	w.stamp = now
	w.memory.checkpoint++
	w.lookAll()
	w.memory.bound = cmp.Or(budget.Memory, math.MaxInt64)
	excess := int64(0)
	if w.Over(w.memory.bound / 4 * 3) { // half of the memory may be dirty
		excess = w.queue.bytes() - w.memory.bound/2
	}
	redo = w.queue.drain(w, now, next, budget, excess, put)
	for _, key := range clockKeys() {
		if c := w.clockOf(key); c != nil {
			if at, moved := c.rewind(redo); moved {
				c.stored = w.snapshot(redo, at)
				put(key, c.stored)
			}
		}
	}
	w.Fit()
	return redo
}

// Refresh puts snapshots of these entities again as they are, where a store wants to give up the older ones. Those
// that are dirty are left out: they will be due anyway. One that cannot be read is an error, and its older snapshot stays
// where it is; the others are put all the same.
func (w *Worker) Refresh(keys []string, put func(key string, blob []byte)) (err error) {
	for _, key := range keys {
		kind, name, _ := strings.Cut(key, "/")
		switch d, g, c := w.devices[name], w.groups[name], w.clockOf(key); {
		case kind+"/" == cardKind && d != nil && !d.queued:
			put(key, w.snapshot(d.covers, &d.card))
		case kind+"/" == deviceKind && d != nil && !d.queued:
			blob, unread := w.learnedBlob(d, d.learned)
			if unread != nil {
				err = unread
				continue
			}
			put(key, blob)
		case kind+"/" == groupKind && g != nil && !g.queued:
			put(key, w.snapshot(g.covers, groupState{g.group, w.j}))
		case c != nil && c.stored != nil:
			put(key, c.stored)
		}
	}
	return err
}

// learnedBlob is what a device has learned, as a snapshot that covers as much as is said; nil when there is nothing.
func (w *Worker) learnedBlob(d *ownedDevice, covers int64) ([]byte, error) {
	switch {
	case d.held != nil:
		return w.snapshot(covers, deviceState{d.held.device, w.j}), nil
	case d.learned == noLearned:
		return nil, nil
	}
	blob, err := w.stored(d)
	if err != nil {
		return nil, err
	}
	_, r, err := openSnapshot(deviceKind+d.name, blob, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	return append(snapshotHead(covers), r.b...), nil
}

// Snapshots gives every entity and clock as a snapshot of this moment would be, in no particular order. It changes
// nothing and is for those who compare states.
func (w *Worker) Snapshots(f func(key string, blob []byte)) error {
	for _, d := range w.devices {
		blob, err := w.learnedBlob(d, d.covers)
		if err != nil {
			return err
		}
		c := d.card
		c.learned = noLearned
		if blob != nil {
			c.learned = d.covers
			f(deviceKind+d.name, blob)
		}
		if d.held != nil {
			c.summary = w.summaryOf(d.held.device)
		}
		f(cardKind+d.name, w.snapshot(d.covers, &c))
	}
	for _, g := range w.groups {
		f(groupKind+g.name, w.snapshot(g.covers, groupState{g.group, w.j}))
	}
	for _, key := range clockKeys() {
		if c := w.clockOf(key); c != nil && c.now.bucket != 0 { // it has not begun
			f(key, w.snapshot(c.now.offset, c.now))
		}
	}
	return nil
}
