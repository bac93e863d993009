package stream

// slab hands out room for outputs from large blocks, so that a record costs no allocation of its own. A block is
// collected as a whole when the last output in it was published, or used again by whoever knows that: see reuse.
type slab struct {
	block      []byte
	full, free [][]byte // blocks of slabSize
	reuses     bool     // reuse was called: whoever never does so, as a replay, keeps nothing here
}

// slabSize is a compromise: large enough to make allocations rare, small enough that one slow output does not hold
// much memory.
const slabSize = 64 << 10

// take returns what fill appends. The result keeps no room behind it, so that nobody can append into a neighbour.
func (s *slab) take(atMost int, fill func(dst []byte) []byte) []byte {
	b := s.room(atMost)
	from := len(b)
	b = fill(b)
	s.keep(b)
	return b[from:len(b):len(b)]
}

// room is the block at hand, to be appended to and then kept. What stands in it is not the caller's.
func (s *slab) room(atMost int) []byte {
	if cap(s.block)-len(s.block) < atMost {
		s.next(atMost)
	}
	return s.block
}

// keep ends what was begun with room.
func (s *slab) keep(b []byte) {
	if cap(b) == cap(s.block) { // else more was needed than announced, and it has moved away
		s.block = s.block[:len(b)]
	}
}

func (s *slab) next(atLeast int) {
	if s.reuses && cap(s.block) == slabSize && len(s.full) < slabsKept {
		s.full = append(s.full, s.block)
	}
	if n := len(s.free); n > 0 && atLeast <= slabSize {
		s.block, s.free = s.free[n-1], s.free[:n-1]
		return
	}
	s.block = make([]byte, 0, max(slabSize, atLeast))
}

// slabsKept bounds the blocks that are kept, to 2 MiB. A transaction that fills more lets go of each of them with its last
// output, before the commit.
const slabsKept = 32

// reuse takes back what was handed out since the last call, as far as it is kept: Go would have to clear as many new
// blocks, and to look for the old ones. No more is kept than was used since then, so a burst is soon forgotten.
func (s *slab) reuse() {
	s.reuses = true
	clear(s.free)
	for i, block := range s.full {
		s.full[i] = block[:0]
	}
	s.free, s.full = s.full, s.free[:0]
	s.block = s.block[:0]
}
