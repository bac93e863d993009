package detectors

import (
	"math"
	"slices"
)

// Baseline is what counts as normal for one series. It collects accepted values (finite and not suspect)
// into a block. From MinN on it gives the mean and SD of what it has; when the block holds Size values it
// is sorted and becomes the reference: the baseline is anchored. A rolling baseline then collects the next
// block and anchors again when that is full, so that the reference of a rank statistic stays the same in
// between; a frozen one keeps its first reference.
//
// It fails when a slow fault is learned block by block before anything marks it suspect: freeze the
// baseline, or hold it while an alert is open. Memory: 16 bytes a value of Size at most. Cost: a sort each
// time the collected block has grown by a sixteenth, and one each Size values afterwards.
//
// A nil Baseline never knows anything.
type Baseline struct {
	cfg       BaselineConfig
	version   uint32
	resets    uint32
	held      bool
	notBefore int64 // values older than the last reset do not count

	ref      []float64 // sorted; empty until anchored
	refSince int64
	block    []float64 // in the order of arrival
	blockAt  int64     // time of the first of the block

	momN   int // values of the block that mom rests on; 0 once anchored
	mom    Moments
	momOK  bool
	sorted []float64 // scratch of the moments while warming up; not state
}

// NewBaseline returns an empty baseline. c must be valid.
func NewBaseline(c BaselineConfig) *Baseline { return &Baseline{cfg: c, notBefore: math.MinInt64} }

// Learn takes in a sample unless it is suspect or not finite, older than the last Reset, or the baseline
// is on hold or frozen.
func (b *Baseline) Learn(s Sample) {
	if s.Suspect || len(s.Values) != 1 || !finite(s.Value()) || s.At < b.notBefore || b.held {
		return
	}
	if b.anchored() && b.cfg.Mode == Frozen {
		return
	}
	if len(b.block) == 0 {
		b.blockAt = s.At
	}
	b.block = append(b.block, s.Value())
	switch n := len(b.block); {
	case n >= b.cfg.Size:
		b.anchor()
	case !b.anchored() && n >= b.cfg.MinN && n-b.momN >= max(1, b.momN/16):
		b.momN = n
		b.warmMoments()
	}
}

func (b *Baseline) anchored() bool { return len(b.ref) > 0 }

// anchor makes the block the reference.
func (b *Baseline) anchor() {
	b.ref = append(b.ref[:0], b.block...)
	slices.Sort(b.ref)
	b.refSince = b.blockAt
	b.block = b.block[:0]
	b.momN, b.sorted = 0, nil
	b.mom, b.momOK = robustMoments(b.ref)
	b.version++
}

// warmMoments computes the moments from the first momN values of the block: the same values, and so the
// same bits, after a restart.
func (b *Baseline) warmMoments() {
	b.sorted = append(b.sorted[:0], b.block[:b.momN]...)
	slices.Sort(b.sorted)
	b.mom, b.momOK = robustMoments(b.sorted)
}

// Reset forgets all values, after a calibration or a change of lot at the time at (nanoseconds since 1970
// UTC). Values from before it that arrive late are not learned. A hold ends.
func (b *Baseline) Reset(at int64) {
	b.ref, b.block = b.ref[:0], b.block[:0]
	b.refSince, b.blockAt, b.notBefore = 0, 0, at
	b.momN, b.mom, b.momOK = 0, Moments{}, false
	b.held = false
	b.version++
	b.resets++
}

// Hold stops learning while a policy doubts the health of the series, and resumes it: what is held stays.
func (b *Baseline) Hold(on bool) { b.held = on }

// Discard forgets the block that would become the next reference, for instance when an alert says that its
// newest values were already bad. Before the first anchor it does nothing.
func (b *Baseline) Discard() {
	if b.anchored() {
		b.block, b.blockAt = b.block[:0], 0
	}
}

// Version counts anchors and resets. A detector that derived something from the reference derives it anew
// when the version has changed.
func (b *Baseline) Version() uint32 {
	if b == nil {
		return 0
	}
	return b.version
}

// Resets counts resets. A detector empties its window when it has changed: the values in it belong to an
// instrument as it was before the calibration.
func (b *Baseline) Resets() uint32 {
	if b == nil {
		return 0
	}
	return b.resets
}

// N is the number of values that count as normal: the reference once anchored, before it those collected.
func (b *Baseline) N() int {
	if b == nil {
		return 0
	}
	if b.anchored() {
		return len(b.ref)
	}
	return len(b.block)
}

// Size is the number of values that make a reference.
func (b *Baseline) Size() int {
	if b == nil {
		return 0
	}
	return b.cfg.Size
}

// Reference returns the anchored values, sorted; nil before the first anchor. It must not be changed and
// holds until the version changes.
func (b *Baseline) Reference() []float64 {
	if b == nil || !b.anchored() {
		return nil
	}
	return b.ref
}

// Moments returns mean and SD. False before MinN values, and for a series without a scale: a constant one,
// or one with numbers too large for an SD.
func (b *Baseline) Moments() (Moments, bool) {
	if b == nil || !b.momOK {
		return Moments{}, false
	}
	return b.mom, true
}

// Since is the time of the oldest value behind the baseline in nanoseconds since 1970 UTC; 0 when empty.
func (b *Baseline) Since() int64 {
	if b == nil {
		return 0
	}
	if b.anchored() {
		return b.refSince
	}
	return b.blockAt
}

// Bytes is the memory held, in bytes.
func (b *Baseline) Bytes() int {
	if b == nil {
		return 0
	}
	return 8*(cap(b.ref)+cap(b.block)+cap(b.sorted)) + 200
}
