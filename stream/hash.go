package stream

// hashString is what a text is remembered by. It is part of snapshots and never changes.
func hashString(s string) uint64 { return uint64(newHash.text(s)) }

// hash is FNV-1a of 64 bits of what was added so far: http://www.isthe.com/chongo/tech/comp/fnv/. It gives what hash/fnv
// gives, without a call for every few bytes.
type hash uint64

const (
	newHash  hash = 0xcbf29ce484222325
	fnvPrime hash = 0x100000001b3
)

func (h hash) byte(c byte) hash { return (h ^ hash(c)) * fnvPrime }

func (h hash) text(s string) hash {
	for i := range len(s) {
		h = h.byte(s[i])
	}
	return h
}

// number adds the eight bytes of v, the lowest first.
func (h hash) number(v uint64) hash {
	for range 8 {
		h = h.byte(byte(v))
		v >>= 8
	}
	return h
}

// fold48 and fold32 shorten a hash as the authors of FNV advise, by folding what is too long onto the rest:
// http://www.isthe.com/chongo/tech/comp/fnv/#xor-fold.
func fold48(h uint64) uint64 { return h>>48 ^ h&(1<<48-1) }

func fold32(h uint64) uint32 { return uint32(h>>32) ^ uint32(h) }

// filter is a Bloom filter of one bit for each hash: what it does not hold was never added. With 16 bits a hash one in
// nine of the others is taken for held. It follows from what is hashed, so it is in no snapshot.
type filter []uint64

const filterShare = 4 // hashes for each word of 64 bits

// newFilter holds these hashes and no other. It takes the room of a former one if that is enough.
func newFilter(room filter, hashes []uint64) filter {
	f := room
	if f.small(len(hashes)) {
		words := 1
		for words*filterShare < len(hashes) {
			words *= 2
		}
		f = make(filter, words)
	}
	clear(f)
	for _, h := range hashes {
		f.add(h)
	}
	return f
}

// small says whether the filter has too little room for so many hashes.
func (f filter) small(hashes int) bool { return hashes > filterShare*len(f) }

func (f filter) add(h uint64) { f[f.word(h)] |= 1 << (h % 64) }

func (f filter) mayHold(h uint64) bool { return len(f) > 0 && f[f.word(h)]>>(h%64)&1 != 0 }

// word is where the bit of a hash stands; the number of words is a power of two.
func (f filter) word(h uint64) int { return int(h>>6) & (len(f) - 1) }
