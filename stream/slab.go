package stream

// slab hands out room for outputs from large blocks, so that a record costs no allocation of its own. A block is
// collected as a whole when the last output in it was published; nothing is ever reused.
type slab struct{ block []byte }

// slabSize is a compromise: large enough to make allocations rare, small enough that one slow output does not hold
// much memory.
const slabSize = 64 << 10

// take returns what fill appends. The result keeps no room behind it, so that nobody can append into a neighbour.
func (s *slab) take(atMost int, fill func(dst []byte) []byte) []byte {
	if cap(s.block)-len(s.block) < atMost {
		s.block = make([]byte, 0, max(slabSize, atMost))
	}
	from := len(s.block)
	full := fill(s.block)
	if cap(full) != cap(s.block) { // fill needed more than it announced and moved away
		return full[from:len(full):len(full)]
	}
	s.block = full
	return full[from:len(full):len(full)]
}
