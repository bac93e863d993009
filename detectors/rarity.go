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
// The greatest over the detectors of a series, or of a device, is one score for it. Nothing is set per series. It is 0
// until 100 scores are known. Memory: 170 bytes; cost about 30 ns.
type Rarity struct{ middle, top quantile }

const (
	rarityWarm  = 100     // scores to know before one can be called rare
	rarityLong  = 8192    // scores after which the older half of what is known is forgotten
	rarityFloat = 1 << 20 // most distances from the median that are told apart
)

// NewRarity knows nothing yet.
func NewRarity() Rarity { return Rarity{quantile{p: 0.5}, quantile{p: 0.99}} }

// Of is the rarity of a score. It is asked before the score is learned, and changes nothing.
func (r *Rarity) Of(score float64) float64 {
	if r.middle.n < rarityWarm || math.IsNaN(score) {
		return 0
	}
	middle := r.middle.value()
	gap := r.top.value() - middle
	if !(gap > 0) { // the detector says the same nearly always: twice that is rare
		gap = math.Max(math.Abs(middle), math.SmallestNonzeroFloat64)
	}
	d := max(0, min(rarityFloat, (score-middle)/gap))
	return d / (1 + d)
}

// Learn takes in a score that a detector was ready to give.
func (r *Rarity) Learn(score float64) {
	if finite(score) {
		r.middle.learn(score)
		r.top.learn(score)
	}
}

// MarshalBinary writes everything that later results depend on.
func (r *Rarity) MarshalBinary() ([]byte, error) {
	return r.top.append(r.middle.append([]byte{rarityVersion})), nil
}

const rarityVersion = 1

// UnmarshalBinary restores what MarshalBinary wrote.
func (r *Rarity) UnmarshalBinary(data []byte) error {
	in, n := newReader(data, rarityVersion), NewRarity()
	n.middle.read(in)
	n.top.read(in)
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
	p      float64
	n      int        // values
	height [5]float64 // of the markers: least, p/2, p, (1+p)/2, greatest
	place  [5]float64 // their ranks, from 1
}

func (q *quantile) value() float64 { return q.height[2] }

func (q *quantile) learn(x float64) {
	if q.n < len(q.height) {
		i := q.n
		for ; i > 0 && q.height[i-1] > x; i-- {
			q.height[i] = q.height[i-1]
		}
		q.height[i] = x
		q.place[q.n] = float64(q.n + 1)
		q.n++
		return
	}
	q.height[0], q.height[4] = min(q.height[0], x), max(q.height[4], x)
	for i := 1; i < 4; i++ {
		if x < q.height[i] {
			q.place[i]++
		}
	}
	q.place[4]++
	last := float64(q.n) // the rank of the newest, from 0
	q.n++
	for i, share := range [...]float64{q.p / 2, q.p, (1 + q.p) / 2} {
		i++
		d := 1 + float64(last*share) - q.place[i]
		if d >= 1 && q.place[i+1]-q.place[i] > 1 {
			q.move(i, 1)
		} else if d <= -1 && q.place[i-1]-q.place[i] < -1 {
			q.move(i, -1)
		}
	}
	if q.n >= rarityLong {
		q.forget()
	}
}

// move shifts a marker by one rank, along a parabola through its neighbours, or a line where that would overtake one.
func (q *quantile) move(i int, d float64) {
	h, n := &q.height, &q.place
	up, down := (h[i+1]-h[i])/(n[i+1]-n[i]), (h[i]-h[i-1])/(n[i]-n[i-1])
	to := h[i] + d/(n[i+1]-n[i-1])*(float64((n[i]-n[i-1]+d)*up)+float64((n[i+1]-n[i]-d)*down))
	if !(h[i-1] < to && to < h[i+1]) {
		to = h[i] + d*up
		if d < 0 {
			to = h[i] + d*down
		}
	}
	h[i], n[i] = to, n[i]+d
}

// forget halves the weight of what is known.
func (q *quantile) forget() {
	q.n /= 2
	for i := range q.place {
		q.place[i] = math.Max(float64(i+1), math.Floor(q.place[i]/2))
	}
	q.place[4] = float64(q.n)
	for i := 3; i > 0; i-- {
		q.place[i] = math.Min(q.place[i], q.place[i+1]-1)
	}
}

func (q *quantile) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(q.n))
	for i := range q.height {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(q.height[i]))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(q.place[i]))
	}
	return b
}

func (q *quantile) read(r *reader) {
	n := r.uvarint()
	if n >= rarityLong {
		r.fail(fmt.Errorf("a quantile of %d scores", n))
	}
	q.n = int(n)
	for i := range q.height {
		q.height[i], q.place[i] = r.float(), r.float()
		if r.err == nil && (!finite(q.height[i]) || !(q.place[i] >= 0 && q.place[i] <= rarityLong) || i > 0 && q.n > 5 && q.place[i] <= q.place[i-1]) {
			r.fail(fmt.Errorf("marker %d of a quantile stands at %g, rank %g", i, q.height[i], q.place[i]))
		}
	}
}
