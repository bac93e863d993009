package detectors

import (
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
