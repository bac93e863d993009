package stream

import (
	"container/list"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
)

// ErrStored says that what a device has learned could not be had from where snapshots are kept.
var ErrStored = errors.New("stored state cannot be used")

// Load reads what a device has learned from where snapshots are kept; nil when nothing is there under the key.
type Load func(key string) ([]byte, error)

// memory is which devices are held in memory. One may leave it only when it is clean: its snapshot is committed, and
// kept where Load finds it. It comes back with the next message that changes it, bit for bit as it left, so what is
// said does not depend on who was in memory.
type memory struct {
	load       Load       // nil: everything stays in memory
	bound      int64      // in bytes, as of the last checkpoint
	used       *list.List // of *ownedDevice, the last used in front, as of checkpoints
	bytes      int64      // that they take, as far as was looked at
	touched    []*ownedDevice
	checkpoint int64        // number of the last one
	kept       atomic.Int64 // the last one of which all snapshots are kept

	unchecked bool // snapshots were restored, and not yet compared with each other
	now       memoryUse
	shown     atomic.Pointer[MemoryUse]
}

// memoryUse counts since the last commit.
type memoryUse struct{ hits, misses, evictions, loadedBytes int }

// MemoryUse is how much of a worker's devices is in memory.
type MemoryUse struct {
	Devices int   // known
	Held    int   // of them, those in memory
	Bytes   int64 // that these take
}

// Use says how much is in memory, as of the last checkpoint. Others may call it.
func (w *Worker) Use() MemoryUse {
	if u := w.memory.shown.Load(); u != nil {
		return *u
	}
	return MemoryUse{}
}

// LoadFrom lets devices leave memory: load brings them back. It is called before anything is restored.
func (w *Worker) LoadFrom(load Load) { w.memory.load = load }

// Kept says that the snapshots of a checkpoint, and of all before it, are where Load finds them. Others may call it.
func (w *Worker) Kept(checkpoint int64) { w.memory.kept.Store(checkpoint) }

// Checkpoints is the number of the last checkpoint.
func (w *Worker) Checkpoints() int64 { return w.memory.checkpoint }

// Over says whether devices that can leave memory take more of it than the bound: once committed and kept, they do.
func (w *Worker) Over(bound int64) bool {
	return w.memory.load != nil && w.memory.bytes > bound
}

// newDeviceBytes is what a device counts for until it is looked at.
const newDeviceBytes = 2048

// hold brings a device into memory, or to the front of those that are there.
func (w *Worker) hold(d *ownedDevice) (*device, error) {
	m := &w.memory
	if d.held != nil {
		m.now.hits++
		if d.held.usedAt != m.checkpoint { // its neighbours in the list lie elsewhere in memory: once a checkpoint is enough
			d.held.usedAt = m.checkpoint
			m.used.MoveToFront(d.held.place)
		}
		return d.held.device, nil
	}
	h := &held{device: newDevice(&d.card), size: newDeviceBytes}
	if d.learned != noLearned {
		m.now.misses++
		blob, err := w.stored(d)
		if err != nil {
			return nil, err
		}
		if err := w.readDevice(d, h, blob, math.MaxInt64); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrStored, err)
		}
		if h.covers != d.learned {
			return nil, fmt.Errorf("%w: that of %q is of offset %d, its card needs that of %d", ErrStored, d.name, h.covers, d.learned)
		}
		h.size = h.bytes()
	}
	w.add(d, h)
	return h.device, nil
}

func (w *Worker) add(d *ownedDevice, h *held) {
	d.held, h.usedAt = h, w.memory.checkpoint
	h.place = w.memory.used.PushFront(d)
	w.memory.bytes += h.size
}

// stored is what a device has learned as it is kept.
func (w *Worker) stored(d *ownedDevice) ([]byte, error) {
	var (
		blob []byte
		err  error
	)
	if w.memory.load != nil {
		blob, err = w.memory.load(deviceKind + d.name)
	}
	if err == nil && blob == nil {
		err = fmt.Errorf("it is not there")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: load %q: %w", ErrStored, d.name, err)
	}
	w.memory.now.loadedBytes += len(blob)
	parts, err := Upgrade(deviceKind+d.name, blob)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStored, err)
	}
	return parts[len(parts)-1].Blob, nil // its card has been restored
}

func (w *Worker) readDevice(d *ownedDevice, h *held, blob []byte, committed int64) error {
	covers, r, err := openSnapshot(deviceKind+d.name, blob, committed)
	if err != nil {
		return err
	}
	deviceState{h.device, w.j}.readState(r)
	h.covers = covers
	if err := r.done(); err != nil {
		return fmt.Errorf("read snapshot of %q: %w", deviceKind+d.name, err)
	}
	return nil
}

// release takes a device out of memory.
func (w *Worker) release(d *ownedDevice) {
	w.memory.used.Remove(d.held.place)
	w.memory.bytes -= d.held.size
	d.held = nil
}

// evict takes the devices that were not used for longest out of memory until the rest fits.
func (w *Worker) evict() {
	m := &w.memory
	for at := m.used.Back(); at != nil && w.Over(m.bound); {
		d := at.Value.(*ownedDevice)
		at = at.Prev()
		if d.queued || d.saved > m.kept.Load() || d.learned == noLearned {
			continue
		}
		w.release(d)
		m.now.evictions++
	}
}

// look notes that the memory and the summary of a device must be looked at.
func (w *Worker) look(d *ownedDevice) {
	if !d.touched {
		d.touched = true
		w.memory.touched = append(w.memory.touched, d)
	}
}

// lookAll looks at the devices that changed since the last time.
func (w *Worker) lookAll() {
	m := &w.memory
	for _, d := range m.touched {
		d.touched = false
		if d.held == nil {
			continue
		}
		was := d.held.size
		d.held.size = d.held.bytes()
		m.bytes += d.held.size - was
		w.summarise(d)
	}
	clear(m.touched)
	m.touched = m.touched[:0]
}

// Fit evicts what can be, and shows what is left.
func (w *Worker) Fit() {
	w.evict()
	m := &w.memory
	m.shown.Store(&MemoryUse{Devices: len(w.order), Held: m.used.Len(), Bytes: m.bytes})
}
