package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// Store keeps committed snapshots on the local disk, so that a restart need not read them from Kafka. It is a
// cache: without it, or when it is damaged, recovery takes longer and ends in the same state.
type Store interface {
	// Load hands over every entry of a partition and returns the position written with them, nil when there is none.
	// Blobs that are not wanted may be nil.
	Load(partition int32, wanted func(key string) bool, entry func(key string, blob []byte) error) (position []byte, err error)
	// Get returns one blob, nil when there is none.
	Get(partition int32, key string) ([]byte, error)
	// Write puts entries and, after them, the position. A nil blob deletes.
	Write(partition int32, position []byte, keys []string, blobs [][]byte) error
	// Drop forgets a partition.
	Drop(partition int32) error
	// Ready is nil when there is room to write.
	Ready() error
}

// keeper writes committed snapshots to the store in one goroutine of its own, off the path of a record and never
// before the commit, so that the disk is never ahead of Kafka.
type keeper struct {
	store Store
	log   zerolog.Logger
	stats *JudgeStats

	jobs   chan func()   // for that goroutine, in their order
	done   chan struct{} // closed when all that was handed over before the stop is written
	failed atomic.Bool   // the store missed a snapshot: it is left alone until a new session reads it again
	mended atomic.Bool   // it can be written again, and a new session is due

	patience time.Duration             // keepPatience; shorter in tests
	oldest   atomic.Pointer[time.Time] // when what is being written was handed over; nil while nothing is
	left     atomic.Int64              // calls under way that nobody waits for any more, see ask
	quit     <-chan struct{}           // closed when the stage is to stop; nil where none ever is

	first time.Duration // firstLook; shorter in tests
	asked time.Time     // when the store was last seen to work, or was looked at
	pause atomic.Int64  // until it is looked at again, nanoseconds
}

// The commits that the disk may lag behind, and their age: 256 x 200 ms are 50 s. A disk that is slower than that is given
// up, for the stream does not wait for a cache. The age is a bound of its own: while devices must leave memory, each commit
// waits for the disk, and there are few.
const (
	keepQueue    = 256
	keepPatience = 50 * time.Second
)

func newKeeper(store Store, log zerolog.Logger, stats *JudgeStats) *keeper {
	if store == nil {
		stats.storeFailed.Set(1)
	}
	return &keeper{store: store, log: log, stats: stats, patience: keepPatience, first: firstLook}
}

func (k *keeper) start() {
	if k.store == nil {
		return
	}
	k.jobs = make(chan func(), keepQueue)
	k.done = make(chan struct{})
	go func() {
		defer close(k.done)
		for job := range k.jobs {
			job()
		}
	}()
}

// write hands over the snapshots of one commit; kept is called when all of them are written. After a failure nothing more is
// written: a later position would cover the hole.
func (k *keeper) write(partition int32, position int64, keys []string, blobs [][]byte, kept func()) {
	if !k.works() {
		return
	}
	since := time.Now()
	job := func() {
		if k.failed.Load() {
			return
		}
		k.oldest.Store(&since)
		err := k.store.Write(partition, encodePosition(position), keys, blobs)
		k.oldest.Store(nil)
		var gone interface{ Dropped() bool }
		switch {
		case err == nil:
			kept()
		case errors.As(err, &gone) && gone.Dropped(): // found damaged meanwhile: a recovery comes, and rebuilds it
		default:
			k.giveUp(err)
		}
	}
	select {
	case k.jobs <- job:
	default:
		k.giveUp(fmt.Errorf("the disk is over %d commits behind", keepQueue))
	}
}

// works says whether there is a disk that is read and written.
func (k *keeper) works() bool { return k.store != nil && !k.failed.Load() }

// flush waits until everything handed over is written, at most for as long as is said, and says false when that took too
// long. Of a disk that is given up nothing more is waited for.
func (k *keeper) flush(patience time.Duration) bool {
	if !k.works() {
		return true
	}
	late, done := time.After(patience), make(chan struct{})
	select {
	case k.jobs <- func() { close(done) }:
	case <-late:
		return false
	}
	select {
	case <-done:
		return true
	case <-late:
		return false
	}
}

// flushAll waits until everything handed over is written, or the disk is given up.
func (k *keeper) flushAll() {
	if !k.flush(k.patience) {
		k.giveUp(k.behind())
	}
}

// stop waits until everything handed over is written, for stopPatience at most, and not for a disk that was given up: all is
// committed, and how the stage ended must be heard. The goroutine that writes is left behind then. It ends with the write
// that it waits in, if that ever ends.
func (k *keeper) stop() {
	if k.store == nil {
		return
	}
	close(k.jobs)
	late := time.After(min(k.patience, stopPatience))
	for k.works() {
		select {
		case <-k.done:
			return
		case <-time.After(20 * time.Millisecond): // has it been given up?
		case <-late:
			k.failed.Store(true)
			k.log.Warn().Msg("local state is not waited for any more; nothing is lost, the next start reads from Kafka what it lacks")
		}
	}
}

func encodePosition(offset int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(offset)) }

func decodePosition(b []byte) (int64, bool) {
	if len(b) != 8 {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(b)), true
}
