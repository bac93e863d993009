package detectors

import (
	"math"
	"math/bits"
	"slices"
)

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
// baseline, or hold it while an alert is open. Memory: 24 bytes a value of Size at most. Cost: a sort and a
// fit each time the collected block has grown by a sixteenth, and one each Size values afterwards.
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

// target is the length of the block that makes the next reference.
func (b *Baseline) target() int {
	if b.anchored() {
		return b.cfg.Size
	}
	return b.cfg.Size + b.phase
}

// warmUpStep is the number of readings between two looks at a block of n: the power of two below a sixteenth of it.
func warmUpStep(n int) int { return 1 << max(0, bits.Len(uint(n/16))-1) }

func (b *Baseline) anchored() bool { return b.hasRef }

// anchor makes the block the reference.
func (b *Baseline) anchor() {
	block := b.block.appendTo(make([]float64, 0, b.block.len()), 0)
	sorted := slices.Clone(block)
	slices.Sort(sorted)
	b.refSince = b.blockAt
	b.momN, b.hasRef = 0, true
	b.ranks = newRanks(sorted, b.ranks)
	if b.spacing.stride == 1 {
		b.runs = countRuns(block)
		b.runs.mode = common(sorted)
	}
	b.spacing = b.spacing.after(lagOne(block, &b.ranks), len(block))
	b.fitTo(sorted, block) // which has done its service
	b.block.clear()
	b.version++
}

// warmUp learns from the first momN values of the block: the same values, and so the same bits, after a
// restart.
func (b *Baseline) warmUp() {
	block := b.block.appendTo(make([]float64, 0, b.block.len()), 0)[:b.momN]
	sorted := slices.Clone(block)
	slices.Sort(sorted)
	b.ranks = newRanks(sorted, b.ranks)
	b.spacing.left = math.Max(0, lagOne(block, &b.ranks))
	b.fitTo(sorted, block)
}

func (b *Baseline) fitTo(sorted, scratch []float64) {
	b.fit, _, b.fitOK = fitTo(sorted, scratch)
	b.asked = answer{}
}

// Reset forgets all values, after a calibration or a change of lot at the time at (nanoseconds since 1970
// UTC). Values from before it that arrive late are not learned. A hold ends.
func (b *Baseline) Reset(at int64) {
	b.hasRef = false
	b.block.clear()
	b.refSince, b.blockAt, b.notBefore = 0, 0, at
	b.momN, b.fit, b.fitOK, b.ranks, b.asked = 0, fit{}, false, ranks{}, answer{}
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
		return b.ranks.n
	}
	return b.block.len()
}

// Size is the number of values that make a reference.
func (b *Baseline) Size() int {
	if b == nil {
		return 0
	}
	return b.cfg.Size
}

// Reference returns the anchored values, sorted, each once; nil before the first anchor. It must not be changed and
// holds until the version changes.
func (b *Baseline) Reference() []float64 {
	if b == nil || !b.anchored() {
		return nil
	}
	return b.ranks.levels
}

// Moments returns mean and SD in the unit of the series. False before MinN values, and for a series without a scale: a constant one,
// or one with numbers too large for an SD.
func (b *Baseline) Moments() (Moments, bool) {
	f, ok := b.shape()
	return f.moments, ok
}

// about is Moments, or plain ones of the reference where it has no scale.
func (b *Baseline) about() Moments {
	m, ok := b.Moments()
	if !ok && b != nil && b.anchored() {
		m = plainMoments(b.ranks.values())
	}
	return m
}

// shape is the fit behind Moments.
func (b *Baseline) shape() (fit, bool) {
	if b == nil || !b.fitOK {
		return fit{}, false
	}
	return b.fit, true
}

// Correlation is the lag-1 correlation of neighbouring readings; 0 when none is known.
func (b *Baseline) Correlation() float64 {
	if b == nil {
		return 0
	}
	return b.spacing.rho
}

// Stride is the number of readings from one that counts to the next, 1 to 50: 1 unless neighbouring
// readings are correlated.
func (b *Baseline) Stride() int {
	if b == nil {
		return 1
	}
	return b.spacing.stride
}

// left is the correlation between readings that count.
func (b *Baseline) left() float64 {
	if b == nil {
		return 0
	}
	return b.spacing.left
}

// tied is the probability that two readings are equal.
func (b *Baseline) tied() float64 {
	if b == nil {
		return 0
	}
	return b.ranks.tied
}

// worth is the number of independent readings behind a mean of the reference; 0 when there are none.
func (b *Baseline) worth() int { return b.worthFor(ofMean) }

// worthFor is worth for another statistic.
func (b *Baseline) worthFor(of statistic) int {
	if b == nil || b.ranks.n == 0 {
		return 0
	}
	n := b.ranks.n
	if !b.anchored() { // all readings count, correlated or not
		return max(2, int(float64(n)/inflation(of.share(b.spacing.left))))
	}
	if b.spacing.provisional() && of != ofMean {
		return max(2, int(float64(n)/inflation(of.share(b.spacing.rho))))
	}
	return b.spacing.worth(n)
}

// stamp changes whenever the scores of values change.
func (b *Baseline) stamp() uint64 {
	if b == nil {
		return 0
	}
	return uint64(b.version)<<32 | uint64(b.momN)
}

// score is the normal score of x against the reference, or against what there is before it, in units of
// 2⁻²⁰. The detectors of a series ask for the same value in turn: the last answer is kept.
func (b *Baseline) score(x float64) int32 {
	if !b.asked.known || b.asked.x != x {
		b.asked = answer{x: x, score: b.ranks.score(x), known: true}
	}
	return b.asked.score
}

type answer struct {
	x     float64
	score int32
	known bool
}

// spaced adds to the evidence what is known of the resemblance of neighbours.
func (b *Baseline) spaced(e Evidence) Evidence {
	if e.Correlation = b.Correlation(); e.Correlation != 0 {
		e.Thinned = b.Stride()
	}
	return e
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
	return b.ranks.bytes() + b.block.bytes() + b.recent.bytes() + 550
}
