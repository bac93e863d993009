package detectors

import "slices"

// A ksWindow keeps the exact two-sample Kolmogorov-Smirnov statistic between a fixed reference of M values and
// a sliding window of W. Of a value in the window only its place among the reference values counts, see place.
// The places are kept sorted. The cumulative distribution of the window rises at them, so the gap to that of
// the reference is widest at one of them or just before it, and one pass over them finds it: about W
// nanoseconds. Values that are equal have equal places, and of these the last one tells the gap at them and the
// first one the gap before them, so ties are exact. Integers only: a change and its opposite leave no trace.
type ksWindow []place

// A place is where a value stands among the M values of a reference: the number of those below it, times 2¹⁶,
// plus the number of those not above it. Places are ordered as the values are.
type place uint32

func placeOf(below, upTo int) place { return place(below<<16 | upTo) }

func (p place) below() int { return int(p >> 16) }
func (p place) upTo() int  { return int(p & 0xFFFF) }

func (w *ksWindow) add(p place) {
	*w = slices.Insert(*w, below(*w, p), p)
}

// below is the number of places below p, of those of a reference of m values. While nothing has changed they lie about
// evenly, so it looks from where p would then be, mostly in the same line of memory.
func (w ksWindow) below(p place, m int) int {
	i := min(p.below()*len(w)/m, len(w))
	for i > 0 && w[i-1] >= p {
		i--
	}
	for i < len(w) && w[i] < p {
		i++
	}
	return i
}

// swap takes one value out and another in. Only what lies between them moves.
func (w ksWindow) swap(out, in place, m int) {
	from, to := w.below(out, m), w.below(in, m)
	if to > from {
		to--
		copy(w[from:to], w[from+1:to+1])
	} else {
		copy(w[to+1:from+1], w[to:from])
	}
	w[to] = in
}

// statistic is D, 0 to 1, against a reference of m values.
func (w ksWindow) statistic(m int) float64 {
	n, seen := len(w), 0  // seen is m times the number of window values before p
	before, after := 0, 0 // the widest gaps; two, so that neither comparison waits for the other
	for _, p := range w {
		before = max(before, p.below()*n-seen)
		seen += m
		after = max(after, seen-p.upTo()*n)
	}
	return float64(max(before, after)) / float64(m*n)
}
