package stream

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// An entity is a piece of state that is snapshotted as a whole: a device, a group of devices, the clock. What it
// becomes depends on itself and the input only, never on another entity: after a crash each begins its redo at
// another offset, and none may ask another what it was at the time.
type entity struct {
	covers int64 // first offset that the state does not contain
	saved  int64 // the checkpoint that holds its newest snapshot, see Worker.Kept
	live   bool  // the message before covers changed it in this life; several steps of one message may
	queued bool  // it waits for a snapshot
}

// takes says whether the message at offset is news to e. During a redo it is not if the snapshot contains it.
func (e *entity) takes(offset int64) bool {
	return offset >= e.covers || e.live && offset == e.covers-1
}

// Keys of snapshots are a kind and a name.
const (
	cardKind   = "c/" // what stays in memory of a device
	deviceKind = "d/" // what it has learned
	groupKind  = "g/"
	clockKind  = "clock/"
	clockKey   = clockKind
	listensKey = clockKind + "listening"
)

// LearnedKey is the key of what a device has learned, which need not be in memory.
func LearnedKey(device string) string { return deviceKind + device }

// snapshotVersion is the first byte of every snapshot. A newer one is refused, an older one is brought up to date, see
// Upgrade.
const snapshotVersion = 4

// encodeSnapshot is a state as it is stored, for those who have no worker.
func encodeSnapshot(covers int64, state interface{ appendState([]byte) []byte }) []byte {
	return state.appendState(snapshotHead(covers))
}

// snapshot is a state as it is stored. It is written in room of the worker that is used again, and then copied, so that it
// has the size that it needs: one that grew as it was written would leave several times as much to the garbage collector.
func (w *Worker) snapshot(covers int64, state interface{ appendState([]byte) []byte }) []byte {
	w.blob = append(w.blob[:0], snapshotVersion)
	w.blob = state.appendState(binary.AppendUvarint(w.blob, uint64(covers)))
	return bytes.Clone(w.blob)
}

func snapshotHead(covers int64) []byte {
	return binary.AppendUvarint([]byte{snapshotVersion}, uint64(covers))
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
		return 0, nil, &AheadError{key, covers, committed}
	}
	return covers, r, nil
}

// AheadError says that a snapshot covers input that the group has not committed.
type AheadError struct {
	Key               string
	Covers, Committed int64 // first offsets that the state does not contain, and that the group has not committed
}

func (e *AheadError) Error() string {
	return fmt.Sprintf("state of %q covers input up to offset %d, but the group has committed only %d: its offsets "+
		"were set back or have expired; set them to %d or later, or remove the group and the snapshot topic to start anew",
		e.Key, e.Covers, e.Committed, e.Covers)
}
