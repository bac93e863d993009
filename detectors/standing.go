package detectors

import (
	"math"
	"slices"
)

// A Standing is the one score of several detectors: the greatest rarity of what they say of a reading, of all readings of
// a moment, or of a device, and the direction of the one that says it. The zero Standing is that of which nothing is
// known yet, which is not a score of 0.
type Standing struct {
	Score     float32 // 0 to 1, higher is worse; see Rarity
	Direction Direction
	Known     bool
}

// Direction says where what a detector has found lies.
type Direction uint8

// The directions. Their numbers are part of snapshots and never change.
const (
	Undirected Direction = 0
	High       Direction = 1 // above the baseline
	Low        Direction = 2
	Wider      Direction = 3 // more scatter than the baseline
	Narrower   Direction = 4 // less, down to none
	Pattern    Direction = 5 // another shape, or another combination of channels
)

// String is the word used in messages and metrics; empty for none.
func (d Direction) String() string {
	return [...]string{"", "high", "low", "wider", "narrower", "pattern"}[d]
}

// Directed is a detector that can say in which direction its score of s points. It is asked after Score and before Learn,
// and takes no memory. Every built-in is one.
type Directed interface{ Direction(s Sample) Direction }

// Rare is the score from which a Standing has a direction: what one reading in a hundred passes. Below it there is nothing
// that could have one.
const Rare = 0.5

// Hear takes in a score that d was ready to give of x, and teaches usual, which holds what is usual for d.
func (s *Standing) Hear(d Detector, usual *Rarity, score float64, x Sample) {
	rarity, known := usual.Of(score)
	usual.Learn(score)
	if !known || s.Known && float32(rarity) <= s.Score {
		return
	}
	*s = Standing{Score: float32(rarity), Known: true}
	if directed, ok := d.(Directed); ok && rarity >= Rare {
		s.Direction = directed.Direction(x)
	}
}

// Stands says which of the detectors of a panel make its Standing. Where one of them knows what the series has been like at
// all times (novelty), those that hold its readings against one reference do not: on a series with many ways to be they are
// far from it most of the time, and their rarest moments are those of the reference's own hour.
func Stands(dets []Detector) []bool {
	novel := slices.ContainsFunc(dets, func(d Detector) bool { _, ok := d.(*novelty); return ok })
	stands := make([]bool, len(dets))
	for i, d := range dets {
		switch d.(type) {
		case *zmean, *ewma, *cusum, *ks, *psi, *stuck:
			stands[i] = !novel
		default:
			stands[i] = true
		}
	}
	return stands
}

// Worst is the one of two that is worse. Of two equals it is the one with the greater direction, so that it does not
// matter in which order many are compared.
func (s Standing) Worst(t Standing) Standing {
	if !t.Known || s.Known && (s.Score > t.Score || s.Score == t.Score && s.Direction >= t.Direction) {
		return s
	}
	return t
}

// side is the direction of a difference.
func side(d float64) Direction {
	switch {
	case d > 0:
		return High
	case d < 0:
		return Low
	}
	return Undirected
}

// differs is the way in which the values of a window differ from the baseline. A mean counts as moved beyond three of its
// standard errors by the larger scatter, a scatter as another from a factor of 1.5; of two the first that holds is named.
func differs(base, now Moments) Direction {
	moved := now.Mean - base.Mean
	switch sd := math.Max(base.SD, now.SD); {
	case base.N == 0 || now.N == 0:
		return Pattern
	case moved*moved*float64(now.N) > 9*sd*sd:
		return side(moved)
	case now.SD >= 1.5*base.SD:
		return Wider
	case now.SD <= base.SD/1.5:
		return Narrower
	}
	return Pattern
}
