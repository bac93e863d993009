package state

import (
	"encoding/binary"
	"hash/crc32"
)

// digest is what a set of entries adds up to: how many, and the sum of their checksums modulo 2^64. A sum does not
// depend on the order, and an entry can be taken out of it again.
type digest struct{ count, sum uint64 }

func (d *digest) add(sum uint32)    { d.count++; d.sum += uint64(sum) }
func (d *digest) remove(sum uint32) { d.count--; d.sum -= uint64(sum) }

// head closes a write: the position, with the digest of the entries of its generation and older.
type head struct {
	generation uint64 // 0 while there is none
	digest     digest
	position   []byte
}

const headHeader = 28

// encode returns checksum 4 | generation 8 | count 8 | sum 8 | position, little-endian, checksum as in an entry.
func (h head) encode() []byte {
	b := make([]byte, headHeader, headHeader+len(h.position))
	binary.LittleEndian.PutUint64(b[4:], h.generation)
	binary.LittleEndian.PutUint64(b[12:], h.digest.count)
	binary.LittleEndian.PutUint64(b[20:], h.digest.sum)
	b = append(b, h.position...)
	binary.LittleEndian.PutUint32(b, crc32.Checksum(b[4:], castagnoli()))
	return b
}

func decodeHead(b []byte) (head, error) {
	if len(b) <= headHeader || crc32.Checksum(b[4:], castagnoli()) != binary.LittleEndian.Uint32(b) {
		return head{}, errDamaged
	}
	return head{
		generation: binary.LittleEndian.Uint64(b[4:]),
		digest:     digest{binary.LittleEndian.Uint64(b[12:]), binary.LittleEndian.Uint64(b[20:])},
		position:   append([]byte(nil), b[headHeader:]...),
	}, nil
}
