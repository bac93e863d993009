package detectors

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Rarity brings the scores of any detector on one series to one scale from 0 to 1: how far a score lies beyond what is
// usual for that detector there. With the median and the 99th percentile of the scores so far, and d the distance from
// the median in units of theirs, it is d/(1+d): 0 up to the median, 1/2 at what one reading in a hundred passes, 3/4 at
// three times that distance. Unlike score/limit it does not stay high on a series that is always beyond its limit.
//
// A Standing is the greatest over several detectors. Nothing is set per series. A score is not known before 100 are. After
// 8192 one in four is learned: neighbouring scores of a window tell the same. Memory: 80 bytes; cost 15 ns then, 40 before.
type Rarity struct {
	middle, top quantile
	skipped     uint8 // scores since the last that was learned
	long        bool  // rarityLong have been learned
}

const (
	rarityWarm  = 100     // scores to know before one can be called rare
	rarityEvery = 4       // of which one is learned, once rarityLong have been
	rarityLong  = 8192    // learned scores after which the older half of what is known is forgotten
	rarityFloat = 1 << 20 // most distances from the median that are told apart
)

// RarityBytes is the memory of a Rarity.
const RarityBytes = 80

// NewRarity knows nothing yet.
func NewRarity() Rarity { return Rarity{middle: quantile{p: 0.5}, top: quantile{p: 0.99}} }

// Of is the rarity of a score; false while none is known. It is asked before the score is learned, and changes nothing.
func (r *Rarity) Of(score float64) (rarity float64, known bool) {
	if r.middle.n < rarityWarm || math.IsNaN(score) {
		return 0, false
	}
	middle := r.middle.value()
	beyond := float64(float32(score)) - middle
	if !(beyond > 0) {
		return 0, true
	}
	gap := r.top.value() - middle
	if !(gap > 0) { // the detector says the same nearly always: twice that is rare
		gap = math.Max(math.Abs(middle), math.SmallestNonzeroFloat32)
	}
	beyond = min(beyond, gap*rarityFloat)
	return beyond / (gap + beyond), true
}

// Learn takes in a score that a detector was ready to give.
func (r *Rarity) Learn(score float64) {
	x := float32(score)
	if !finite(float64(x)) {
		return
	}
	if r.long {
		if r.skipped++; r.skipped < rarityEvery {
			return
		}
		r.skipped = 0
	}
	r.middle.learn(x)
	r.top.learn(x)
	r.long = r.long || r.middle.n == rarityLong-1
}

// Append appends everything that later results depend on, some 60 bytes; nothing while nothing was learned.
func (r *Rarity) Append(b []byte) []byte {
	if r.middle.n == 0 {
		return b
	}
	long := uint8(0)
	if r.long {
		long = 1
	}
	return r.top.append(r.middle.append(append(b, rarityVersion, r.skipped, long)))
}

// MarshalBinary is what Append appends.
func (r *Rarity) MarshalBinary() ([]byte, error) { return r.Append(nil), nil }

const rarityVersion = 1

// UnmarshalBinary restores what Append wrote.
func (r *Rarity) UnmarshalBinary(data []byte) error {
	n := NewRarity()
	if len(data) == 0 {
		*r = n
		return nil
	}
	in := newReader(data, rarityVersion)
	n.skipped, n.long = in.byte(), in.bool()
	n.middle.read(in)
	n.top.read(in)
	if in.err == nil && n.skipped >= rarityEvery {
		in.fail(fmt.Errorf("%d scores skipped", n.skipped))
	}
	if err := in.done("rarity"); err != nil {
		return err
	}
	*r = n
	return nil
}

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
