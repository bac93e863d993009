package state

import (
	"encoding/binary"
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// writeChunk stores the entries from up to to, and keeps the digest. Each entry takes along the checksum of what the
// head in force counts under its key, so that a write that is cut short can be taken back in the sum.
func (s *Store) writeChunk(number int32, headed, generation uint64, from, to int, keys []string, blobs [][]byte,
	last map[string]int, now *digest) error {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	batch := s.db.NewWriteBatch()
	defer batch.Cancel()
	for i := from; i < to; i++ {
		if last[keys[i]] != i {
			continue
		}
		key := entryKey(number, keys[i])
		old, found, err := readEntry(txn, key)
		if err != nil {
			return err
		}
		e := entry{generation: generation, blob: blobs[i]}
		live := found && old.flags&deleted == 0
		switch {
		case found && old.generation > headed: // itself of a write that was cut short
			e.flags, e.replaced = old.flags&replaces, old.replaced
		case live:
			e.flags, e.replaced = replaces, old.sum
		}
		switch {
		case blobs[i] == nil:
			e.flags |= deleted
		case len(blobs[i]) > inlineBlob:
			stored, sum := encodeApart(blobKey(number, keys[i]), generation, blobs[i])
			if err := batch.Set(blobKey(number, keys[i]), stored); err != nil { // before the entry that names it
				return err
			}
			e.flags |= apart
			e.blob = binary.LittleEndian.AppendUint32(nil, sum)
		}
		if old.flags&apart != 0 && e.flags&apart == 0 {
			if err := batch.Delete(blobKey(number, keys[i])); err != nil {
				return err
			}
		}
		value := e.encode(key)
		if live {
			now.remove(old.sum)
		}
		if blobs[i] != nil {
			now.add(e.sum)
		}
		if err := batch.Set(key, value); err != nil {
			return err
		}
	}
	return batch.Flush()
}

// readEntry returns an entry without its blob.
func readEntry(txn *badger.Txn, key []byte) (e entry, found bool, err error) {
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return entry{}, false, nil
	}
	if err == nil {
		err = item.Value(func(b []byte) error {
			e, err = decodeEntry(key, b)
			e.blob = nil
			return err
		})
	}
	return e, err == nil, err
}

// unmark removes the marks of deletion, which the head in force no longer needs. One whose key was written again in
// this very write is not a mark any more.
func (s *Store) unmark(number int32, marks []string, last map[string]int, blobs [][]byte) error {
	if len(marks) == 0 {
		return nil
	}
	batch := s.db.NewWriteBatch()
	defer batch.Cancel()
	for _, key := range marks {
		if i, again := last[key]; again && blobs[i] != nil {
			continue
		}
		if err := batch.Delete(entryKey(number, key)); err != nil {
			return err
		}
	}
	return batch.Flush()
}
