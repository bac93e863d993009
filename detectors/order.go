package detectors

// An order is the places of values that only become more, by value and among equal ones by arrival.
type order []uint16

// extend takes in the values that are not in the order yet.
func (o order) extend(values []float64) order {
	if cap(o) < len(values) { // more will come
		o = append(make(order, 0, len(values)+len(values)/4), o...)
	}
	for i := len(o); i < len(values); i++ {
		to := 0 // the number of values that are not above the new one
		for n := len(o); n > 0; {
			half := (n + 1) / 2
			notAbove := 0
			if values[o[to+half-1]] <= values[i] {
				notAbove = 1
			}
			to += half & -notAbove
			n -= half
		}
		o = append(o, 0)
		copy(o[to+1:], o[to:])
		o[to] = uint16(i)
	}
	return o
}

// sorted appends the values in order to dst.
func (o order) sorted(values, dst []float64) []float64 {
	for _, i := range o {
		dst = append(dst, values[i])
	}
	return dst
}

// scores appends to dst the scores of the values by arrival. r is made of them.
func (o order) scores(r *ranks, dst []int32) []int32 {
	if cap(dst) < len(o) {
		dst = make([]int32, 0, len(o))
	}
	dst = dst[:len(o)]
	k := 0
	for i, upTo := range r.upTo {
		for ; k < int(upTo); k++ {
			dst[o[k]] = r.scores[i]
		}
	}
	return dst
}
