package state

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// An entry is stored as
//
//	checksum 4 | flags 1 | generation 8 | checksum of the replaced entry 4 | blob, or 4 bytes of its checksum
//
// in little-endian. A blob above inlineBlob lies apart, see apart.go, so that the index alone can be read: where state
// is larger than memory, a start must not read all of it. The checksum is CRC-32C (Castagnoli, RFC 3720 appendix B.4) over the key and all that follows it.
const entryHeader = 17

// MaxBlob is the largest blob that Write takes, in bytes. Badger takes no value that is larger than a file of its value log.
const MaxBlob = logFile - 1<<20

const (
	replaces = 1 << 0 // the entry stands in the place of another one of an earlier head
	deleted  = 1 << 1 // the key is gone; the mark is removed once the head says so
	apart    = 1 << 2 // the blob lies apart, and its checksum in its place
)

type entry struct {
	sum        uint32
	flags      byte
	generation uint64
	replaced   uint32 // checksum of what the last head counted under this key, if flags has replaces
	blob       []byte // or the checksum of the blob that lies apart
}

var errDamaged = errors.New("checksum does not match")

// castagnoli returns the table of CRC-32C; the library makes it once.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// encode returns the stored form of e under a key, and sets its checksum.
func (e *entry) encode(key []byte) []byte {
	b := make([]byte, entryHeader, entryHeader+len(e.blob))
	b[4] = e.flags
	binary.LittleEndian.PutUint64(b[5:], e.generation)
	binary.LittleEndian.PutUint32(b[13:], e.replaced)
	b = append(b, e.blob...)
	e.sum = crc32.Update(crc32.Checksum(key, castagnoli()), castagnoli(), b[4:])
	binary.LittleEndian.PutUint32(b, e.sum)
	return b
}

// decodeEntry reads the stored form; the blob is a part of b.
func decodeEntry(key, b []byte) (entry, error) {
	if len(b) < entryHeader {
		return entry{}, errDamaged
	}
	e := entry{
		sum:        binary.LittleEndian.Uint32(b),
		flags:      b[4],
		generation: binary.LittleEndian.Uint64(b[5:]),
		replaced:   binary.LittleEndian.Uint32(b[13:]),
		blob:       b[entryHeader:],
	}
	if crc32.Update(crc32.Checksum(key, castagnoli()), castagnoli(), b[4:]) != e.sum {
		return entry{}, errDamaged
	}
	return e, nil
}
