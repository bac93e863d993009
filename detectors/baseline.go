package detectors

import "math"

// Baseline is what counts as normal for one series. It collects accepted values (finite and not suspect)
// into a block. From MinN on it gives the mean and SD of what it has; when the block holds Size values it
// is sorted and becomes the reference: the baseline is anchored. A rolling baseline then collects the next
// block and anchors again when that is full, so that the reference of a rank statistic stays the same in
// between; a frozen one keeps its first reference.
//
// Readings that resemble their neighbours are collected further apart, see spacing. The first block cannot
// know that: it makes a provisional reference, worth fewer readings than it holds, which the next block
// replaces, even in a frozen baseline.
//
// It fails when a slow fault is learned block by block before anything marks it suspect: freeze the
// baseline, or hold it while an alert is open. Memory: 24 bytes a value of Size at most. Cost: a
// fit each time the collected block has grown by a sixteenth, and a sort and a fit each Size values afterwards.
//
// Series that begin together, as the channels of a device do, would all do so at the same reading. Stagger keeps them
// apart.
//
// A nil Baseline never knows anything.
type Baseline struct {
	cfg       BaselineConfig
	phase     int // readings by which the first block is longer
	version   uint32
	resets    uint32
	held      bool
	notBefore int64 // values older than the last reset do not count

	hasRef   bool // ranks are those of the reference
	refSince int64
	block    numbers // in the order of arrival
	blockAt  int64   // time of the first of the block
	skipped  int     // readings since the last that counted

	spacing spacing
	runs    runs // of equal values, as the last block of neighbours showed them

	momN int // values of the block that the moments rest on; 0 once anchored

	recent window // the newest readings that count, suspect or not, for the detectors that ask for them

	// What follows is derived, and is not state.
	fit   fit
	fitOK bool
	ranks ranks // of the reference, which is state, or of the first momN values of the block
	order order // of those; nil once anchored
	asked answer
}

// NewBaseline returns an empty baseline. c must be valid.
func NewBaseline(c BaselineConfig) *Baseline {
	return &Baseline{cfg: c, notBefore: math.MinInt64, spacing: unspaced(), recent: newWindow(0)}
}

// Stagger makes the first block up to an eighth longer, by a number that follows from seed, such as a hash of the series'
// name. It is called before the first sample and after a restart with the same seed.
func (b *Baseline) Stagger(seed uint64) { b.phase = int(seed % uint64(b.cfg.Size/8)) }

// Learn takes in a sample unless it is not finite or older than the last Reset. What counts as normal learns
// from it unless it is suspect, or the baseline is on hold or frozen.
func (b *Baseline) Learn(s Sample) {
	if len(s.Values) != 1 || !finite(s.Value()) || s.At < b.notBefore {
		return
	}
	if !s.Suspect && !b.held && !(b.anchored() && b.cfg.Mode == Frozen && !b.spacing.provisional()) {
		b.collect(s)
	}
	if b.recent.size() > 0 {
		b.recent.follow(b.spacing.stride)
		b.recent.take(s.Value(), s.At)
	}
}

// collect puts every stride-th accepted reading into the block.
func (b *Baseline) collect(s Sample) {
	if b.skipped++; b.skipped < b.spacing.stride {
		return
	}
	b.skipped = 0
	if b.block.len() == 0 {
		b.blockAt = s.At
	}
	b.block.add(s.Value(), b.cfg.Size+b.phase)
	switch n := b.block.len(); {
	case n >= b.target():
		b.anchor()
	case !b.anchored() && n >= b.cfg.MinN && (b.momN == 0 || (n+b.phase)%warmUpStep(n) == 0):
		b.momN = n
		b.warmUp()
	}
}

// Reset forgets all values, after a calibration or a change of lot at the time at (nanoseconds since 1970
// UTC). Values from before it that arrive late are not learned. A hold ends.
func (b *Baseline) Reset(at int64) {
	b.hasRef = false
	b.block.clear()
	b.refSince, b.blockAt, b.notBefore = 0, 0, at
	b.momN, b.fit, b.fitOK, b.ranks, b.order, b.asked = 0, fit{}, false, ranks{}, nil, answer{}
	b.spacing, b.runs, b.skipped = unspaced(), runs{}, 0
	b.recent.clear()
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
		b.block.clear()
		b.blockAt = 0
	}
}
