package detectors

// A slotTree keeps the exact two-sample Kolmogorov-Smirnov statistic between a fixed reference of M values
// and a sliding window of W. The K distinct reference values cut the line into 2K+1 slots: gap, value, gap,
// and so on. Each reference value adds +W to its slot, each window value -M, and D = max |prefix sum| /
// (M W). Equal values share a slot before any prefix is read, so ties are exact; what lies inside one gap
// needs no order, because the reference does not move there.
//
// Slots are held in blocks of 16; a tree over the blocks keeps the sum and the largest and smallest prefix
// sum of each node. A change re-reads one block and climbs log2(2K/16) nodes. Integers only: a change and
// its opposite leave no trace. 16 bytes a distinct reference value plus 24 a block: 10 kB at K = 500.
type slotTree struct {
	vals  []float64 // distinct reference values, sorted
	sums  []int32   // weight in each slot
	nodes []span    // binary heap; nodes[leaves+i] is block i
	first int       // index of the first leaf
	ref   int32     // M
	win   int32     // W
}

// span describes a run of slots: its sum, and the extremes of its prefix sums.
type span struct{ sum, max, min int32 }

const slotBlock = 16

// build takes over a sorted reference for a window of w values, reusing memory.
func (t *slotTree) build(ref []float64, w int) {
	t.ref, t.win = int32(len(ref)), int32(w)
	t.vals = t.vals[:0]
	for i, v := range ref {
		if i == 0 || v != ref[i-1] {
			t.vals = append(t.vals, v)
		}
	}
	blocks := (2*len(t.vals) + slotBlock) / slotBlock
	t.first = 1
	for t.first < blocks {
		t.first *= 2
	}
	t.sums = zeroed(t.sums, blocks*slotBlock)
	t.nodes = zeroed(t.nodes, 2*t.first)
	k := -1
	for i, v := range ref {
		if i == 0 || v != ref[i-1] {
			k++
		}
		t.sums[2*k+1] += t.win
	}
	for i := range blocks {
		t.nodes[t.first+i] = t.block(i)
	}
	for i := t.first - 1; i >= 1; i-- {
		t.nodes[i] = join(t.nodes[2*i], t.nodes[2*i+1])
	}
}

// zeroed returns a slice of n zeros in the memory of s when that is large enough.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// slot is the place of x: odd for a reference value, even for the gap before it.
func (t *slotTree) slot(x float64) uint16 {
	lo, hi := 0, len(t.vals)
	for lo < hi { // values are finite, so none of the care for NaN of slices.BinarySearch is needed
		mid := int(uint(lo+hi) >> 1)
		if t.vals[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(t.vals) && t.vals[lo] == x {
		return uint16(2*lo + 1)
	}
	return uint16(2 * lo)
}

// add counts a window value in; remove takes it out.
func (t *slotTree) add(slot uint16)    { t.change(int(slot), -t.ref) }
func (t *slotTree) remove(slot uint16) { t.change(int(slot), t.ref) }

func (t *slotTree) change(slot int, weight int32) {
	t.sums[slot] += weight
	b := slot / slotBlock
	i := t.first + b
	t.nodes[i] = t.block(b)
	for i >>= 1; i >= 1; i >>= 1 {
		t.nodes[i] = join(t.nodes[2*i], t.nodes[2*i+1])
	}
}

func (t *slotTree) block(i int) span {
	var s span
	for _, w := range t.sums[i*slotBlock : (i+1)*slotBlock] {
		s.sum += w
		s.max = max(s.max, s.sum)
		s.min = min(s.min, s.sum)
	}
	return s
}

func join(l, r span) span {
	return span{l.sum + r.sum, max(l.max, l.sum+r.max), min(l.min, l.sum+r.min)}
}

// statistic is D, 0 to 1, of a full window.
func (t *slotTree) statistic() float64 {
	top := t.nodes[1]
	return float64(max(top.max, -top.min)) / float64(t.ref*t.win)
}

func (t *slotTree) bytes() int { return 8*cap(t.vals) + 4*cap(t.sums) + 12*cap(t.nodes) }
