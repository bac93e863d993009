package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/dgraph-io/badger/v4"
)

// inlineBlob is the largest blob that lies in the index, in bytes. What must be known of every key at a start fits it;
// what can wait until it is asked for does not.
const inlineBlob = 512

// A blob that lies apart is stored as
//
//	checksum 4 | generation 8 | blob
//
// with the generation of the write that put it there. Its checksum, over the key and all that follows, is in the entry.
const apartHeader = 12

// encodeApart returns the stored form of a blob and its checksum.
func encodeApart(key []byte, generation uint64, blob []byte) (stored []byte, sum uint32) {
	b := make([]byte, apartHeader, apartHeader+len(blob))
	binary.LittleEndian.PutUint64(b[4:], generation)
	b = append(b, blob...)
	sum = crc32.Update(crc32.Checksum(key, castagnoli()), castagnoli(), b[4:])
	binary.LittleEndian.PutUint32(b, sum)
	return b, sum
}

// readApart hands over the blob of an entry that lies apart. It may be newer than the entry, of a write that was cut
// short between the two; never older, and never another one of the same write.
func readApart(txn *badger.Txn, number int32, key string, e entry, fn func(blob []byte) error) error {
	at := blobKey(number, key)
	item, err := txn.Get(at)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return fmt.Errorf("blob of %q is not there", key)
	}
	if err != nil {
		return fmt.Errorf("blob of %q: %w", key, err)
	}
	return item.Value(func(b []byte) error {
		if len(b) < apartHeader || len(e.blob) != 4 {
			return fmt.Errorf("blob of %q: %w", key, errDamaged)
		}
		sum, generation := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint64(b[4:])
		if crc32.Update(crc32.Checksum(at, castagnoli()), castagnoli(), b[4:]) != sum {
			return fmt.Errorf("blob of %q: %w", key, errDamaged)
		}
		if generation < e.generation || generation == e.generation && sum != binary.LittleEndian.Uint32(e.blob) {
			return fmt.Errorf("blob of %q is not the one that its entry names", key)
		}
		return fn(b[apartHeader:])
	})
}
