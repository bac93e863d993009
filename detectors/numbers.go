package detectors

import (
	"math"
	"slices"
)

// numbers is a list of readings in the smaller of two exact forms. Readings of a laboratory have few decimals: they are
// kept as integers of 32 bits and one power of ten. When one does not fit, all become float64, until the list is
// cleared.
type numbers struct {
	scale float64 // 1, 10, ... 10⁹
	ints  []int32 // readings times scale
	raw   []float64
	isRaw bool
}

const finestScale = 1e9

func (n *numbers) len() int {
	if n.isRaw {
		return len(n.raw)
	}
	return len(n.ints)
}

func (n *numbers) at(i int) float64 {
	if n.isRaw {
		return n.raw[i]
	}
	return float64(n.ints[i]) / n.scale
}

// appendTo appends the readings from first on to dst.
func (n *numbers) appendTo(dst []float64, first int) []float64 {
	for i := first; i < n.len(); i++ {
		dst = append(dst, n.at(i))
	}
	return dst
}

// appendSorted appends all readings to dst, rising. Integers are sorted in half the time, and divided by one scale they
// rise as well.
func (n *numbers) appendSorted(dst []float64) []float64 {
	if n.isRaw {
		from := len(dst)
		dst = n.appendTo(dst, 0)
		slices.Sort(dst[from:])
		return dst
	}
	var intsRoom [room]int32
	ints := append(intsRoom[:0], n.ints...)
	slices.Sort(ints)
	for _, k := range ints {
		dst = append(dst, float64(k)/n.scale)
	}
	return dst
}

// add appends a reading. The list will not be longer than atMost.
func (n *numbers) add(x float64, atMost int) {
	if k, ok := n.fit(x); ok {
		n.ints = append(roomy(n.ints, atMost), k)
		return
	}
	n.raw = append(roomy(n.raw, atMost), x)
}

// set puts a reading in the place of another.
func (n *numbers) set(i int, x float64) {
	if k, ok := n.fit(x); ok {
		n.ints[i] = k
		return
	}
	n.raw[i] = x
}

// roomy is s with room for one more. append doubles; most of a fleet never needs more than a few readings.
func roomy[T any](s []T, atMost int) []T {
	if len(s) < cap(s) {
		return s
	}
	return append(make([]T, 0, min(max(16, 2*len(s)), atMost)), s...)
}

// fit makes the form one that holds x as well, and says whether that is the form of integers, and as which.
func (n *numbers) fit(x float64) (k int32, ok bool) {
	if n.isRaw {
		return 0, false
	}
	if n.len() == 0 {
		n.scale = 1
	}
	for scale := n.scale; scale <= finestScale; scale *= 10 {
		if k, ok := whole(x, scale); ok && n.rescale(scale) {
			return k, true
		} else if ok {
			break
		}
	}
	n.unpack()
	return 0, false
}

// whole is the integer of 32 bits that x is, to the last bit, when it is divided by scale.
func whole(x, scale float64) (k int32, ok bool) {
	r := math.RoundToEven(x * scale)
	if !(math.Abs(r) <= math.MaxInt32) {
		return 0, false
	}
	k = int32(r)
	return k, math.Float64bits(float64(k)/scale) == math.Float64bits(x)
}

// rescale takes another scale if all readings can.
func (n *numbers) rescale(scale float64) bool {
	if scale == n.scale {
		return true
	}
	for i := range n.ints {
		if _, ok := whole(n.at(i), scale); !ok {
			return false
		}
	}
	for i := range n.ints {
		n.ints[i], _ = whole(n.at(i), scale)
	}
	n.scale = scale
	return true
}

// unpack makes all readings float64.
func (n *numbers) unpack() {
	raw := n.raw[:0]
	if cap(raw) < len(n.ints)+1 {
		raw = make([]float64, 0, max(16, cap(n.ints), len(n.ints)+1))
	}
	n.raw, n.ints, n.isRaw = n.appendTo(raw, 0), nil, true
}

// pack goes back to integers if all readings can.
func (n *numbers) pack() {
	if !n.isRaw {
		return
	}
	scale := 1.0
	for _, x := range n.raw {
		for _, ok := whole(x, scale); !ok; _, ok = whole(x, scale) {
			if scale *= 10; scale > finestScale {
				return
			}
		}
	}
	packed := numbers{scale: scale, ints: make([]int32, 0, len(n.raw))}
	for _, x := range n.raw {
		k, ok := whole(x, scale)
		if !ok {
			return
		}
		packed.ints = append(packed.ints, k)
	}
	*n = packed
}

// clear empties the list and keeps the memory of its form.
func (n *numbers) clear() {
	if n.isRaw {
		n.raw = n.raw[:0]
	} else {
		n.ints, n.raw = n.ints[:0], nil
	}
	n.isRaw = false
}

func (n *numbers) bytes() int { return 4*cap(n.ints) + 8*cap(n.raw) }
