package detectors

import (
	"encoding/binary"
	"fmt"
	"math"
)

// quantile is the p-quantile of a stream by five markers. Source: Jain & Chlamtac, The P² algorithm for dynamic
// calculation of quantiles and histograms without storing observations, CACM 28 (1985). Ties are no harm: markers that
// stand on one value stay there.
type quantile struct {
	p      float32
	n      uint16     // values
	place  [5]uint16  // of the markers: their ranks, from 1
	height [5]float32 // least, p/2, p, (1+p)/2, greatest
}

func (q *quantile) value() float64 { return float64(q.height[2]) }

func (q *quantile) learn(x float32) {
	if int(q.n) < len(q.height) {
		i := q.n
		for ; i > 0 && q.height[i-1] > x; i-- {
			q.height[i] = q.height[i-1]
		}
		q.height[i] = x
		q.n++
		q.place[q.n-1] = q.n
		return
	}
	q.height[0], q.height[4] = min(q.height[0], x), max(q.height[4], x)
	for i := 1; i < 4; i++ {
		less := uint16(0) // no branch: which way it goes is chance
		if x < q.height[i] {
			less = 1
		}
		q.place[i] += less
	}
	q.place[4]++
	last := float64(q.n) // the rank of the newest, from 0
	q.n++
	p := float64(q.p)
	q.follow(1, float64(last*(p/2)))
	q.follow(2, float64(last*p))
	q.follow(3, float64(last*((1+p)/2)))
	if q.n >= rarityLong {
		q.forget()
	}
}

// follow moves a marker towards the rank, from 0, where it should stand.
func (q *quantile) follow(i int, rank float64) {
	d := 1 + rank - float64(q.place[i])
	if d >= 1 && q.place[i+1]-q.place[i] > 1 {
		q.move(i, 1)
	} else if d <= -1 && q.place[i]-q.place[i-1] > 1 {
		q.move(i, -1)
	}
}

// move shifts a marker by one rank, along a parabola through its neighbours, or a line where that would overtake one.
func (q *quantile) move(i int, d float64) {
	below, h, above := float64(q.height[i-1]), float64(q.height[i]), float64(q.height[i+1])
	n0, n1, n2 := float64(q.place[i-1]), float64(q.place[i]), float64(q.place[i+1])
	up, down := (above-h)/(n2-n1), (h-below)/(n1-n0)
	to := float32(h + d/(n2-n0)*(float64((n1-n0+d)*up)+float64((n2-n1-d)*down)))
	if !(q.height[i-1] < to && to < q.height[i+1]) {
		slope := up
		if d < 0 {
			slope = down
		}
		to = float32(h + float64(d*slope))
	}
	q.height[i] = to
	q.place[i] = uint16(int(q.place[i]) + int(d))
}

// forget halves the weight of what is known.
func (q *quantile) forget() {
	q.n /= 2
	for i := range q.place {
		q.place[i] = max(uint16(i+1), q.place[i]/2)
	}
	q.place[4] = q.n
	for i := 3; i > 0; i-- {
		q.place[i] = min(q.place[i], q.place[i+1]-1)
	}
}

func (q *quantile) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(q.n))
	for i := range q.height {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(q.height[i]))
		b = binary.AppendUvarint(b, uint64(q.place[i]))
	}
	return b
}

func (q *quantile) read(r *reader) {
	n := r.uvarint()
	if n >= rarityLong {
		r.fail(fmt.Errorf("a quantile of %d scores", n))
	}
	q.n = uint16(n)
	for i := range q.height {
		height, place := r.float32(), r.uvarint()
		if r.err == nil && (!finite(float64(height)) || place > rarityLong || i > 0 && n > 5 && place <= uint64(q.place[i-1])) {
			r.fail(fmt.Errorf("marker %d of a quantile stands at %g, rank %d", i, height, place))
		}
		q.height[i], q.place[i] = height, uint16(place)
	}
}
