package state

import (
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// Write stores entries of a partition, blobs[i] under keys[i], and then the position that they bring the partition
// to. A nil blob deletes. A key given twice takes the last. A blob holds at most MaxBlob bytes, a key 64,000; the
// position must not be empty. The first Write of a partition that has no position must hold all its entries; what
// is found under it is removed.
//
// After an error some entries may be stored, the position is the old one. The caller writes them again, or newer
// ones in their place, or drops the partition.
func (s *Store) Write(partition int32, position []byte, keys []string, blobs [][]byte) error {
	start, size := time.Now(), 0
	for i := range keys {
		size += len(keys[i])
	}
	for i := range blobs {
		size += len(blobs[i])
	}
	release, err := s.use()
	if err == nil {
		defer release()
		s.mu.Lock()
		defer s.mu.Unlock()
		if err = s.room(); err == nil {
			err = s.write(partition, position, keys, blobs)
		}
		if err == nil {
			s.collect(size)
		}
	}
	if err != nil {
		return fmt.Errorf("write partition %d: %w", partition, err)
	}
	s.metrics.writes.Inc()
	s.metrics.bytes.Add(size)
	s.metrics.writeSeconds.UpdateDuration(start)
	return nil
}

func (s *Store) write(number int32, position []byte, keys []string, blobs [][]byte) error {
	if s.gone[number] {
		return droppedError{}
	}
	last, err := plan(position, keys, blobs)
	if err != nil {
		return err
	}
	p, err := s.current(number)
	if err != nil {
		return err
	}
	s.changes++
	p.known = false // until all is written
	generation := p.newest + 1
	if p.head.generation == 0 {
		generation = firstGeneration()
	}
	now := p.now
	for from, to := 0, 0; from < len(keys); from = to {
		to = s.chunkEnd(blobs, from)
		if from > 0 { // the first was looked at
			if err := s.room(); err != nil {
				return err
			}
		}
		if err := s.step("entries"); err != nil {
			return err
		}
		if err := s.writeChunk(number, p.head.generation, generation, from, to, keys, blobs, last, &now); err != nil {
			return err
		}
	}
	if err := s.step("position"); err != nil {
		return err
	}
	h := head{generation: generation, digest: now, position: append([]byte(nil), position...)}
	if err := s.db.Update(func(txn *badger.Txn) error { return txn.Set(headKey(number), h.encode()) }); err != nil {
		return err
	}
	marks := p.marks
	s.set(number, &partition{head: h, known: true, now: now, newest: generation})
	if err := s.step("marks"); err != nil {
		return err
	}
	for i, key := range keys {
		if last[key] == i && blobs[i] == nil {
			marks = append(marks, key)
		}
	}
	return s.unmark(number, marks, last, blobs)
}

// chunkBytes bounds the blobs of one batch, in bytes: Badger holds a batch in memory until it is written, and its value log goes
// on in a new file only after it.
const chunkBytes = 4 << 20

// chunkEnd is where the batch that begins with the blob at from ends.
func (s *Store) chunkEnd(blobs [][]byte, from int) (to int) {
	size := len(blobs[from])
	for to = from + 1; to < min(from+s.chunk, len(blobs)); to++ {
		if size += len(blobs[to]); size > chunkBytes {
			break
		}
	}
	return to
}

// plan checks the arguments and returns the index that counts for each key.
func plan(position []byte, keys []string, blobs [][]byte) (last map[string]int, err error) {
	if len(position) == 0 {
		return nil, errors.New("position is empty")
	}
	if len(keys) != len(blobs) {
		return nil, fmt.Errorf("%d keys for %d blobs", len(keys), len(blobs))
	}
	last = make(map[string]int, len(keys))
	for i, key := range keys {
		if len(blobs[i]) > MaxBlob {
			return nil, fmt.Errorf("blob of %.80q has %d bytes, at most %d are kept", key, len(blobs[i]), MaxBlob)
		}
		if len(key) > maxKey {
			return nil, fmt.Errorf("key %.80q has %d bytes, at most %d are kept", key, len(key), maxKey)
		}
		last[key] = i
	}
	return last, nil
}

// maxKey is a little less than Badger's own limit of 65,000.
const maxKey = 64000

// current returns what is known of a partition, and adds it up first when that was not done since it was opened, or
// when a write failed.
func (s *Store) current(number int32) (*partition, error) {
	if p := s.partitions[number]; p != nil && p.known {
		return p, nil
	}
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	p, err := inspect(txn, number)
	if err != nil {
		return nil, fmt.Errorf("it is damaged, load it first: %w", err)
	}
	if p.head.generation == 0 && p.newest > 0 { // of a first write that was cut short
		if err := s.deleteEntries(number); err != nil {
			return nil, err
		}
		p = &partition{known: true}
	}
	s.set(number, p)
	return p, nil
}

// firstGeneration is above every generation that the partition had before it was dropped. Otherwise an entry that
// damage hid from the drop, and that comes to light later, could pass for one of an interrupted write. The clock
// serves, as generations go up by one a write; nothing else depends on it.
func firstGeneration() uint64 { return uint64(time.Now().UnixNano()) }

func (s *Store) step(name string) error {
	if s.fault == nil {
		return nil
	}
	return s.fault(name)
}
