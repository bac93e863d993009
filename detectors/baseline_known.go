package detectors

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
	if b == nil || !b.fitOK {
		return Moments{}, false
	}
	return b.fit.moments, true
}

// about is Moments, or plain ones of the reference where it has no scale.
func (b *Baseline) about() Moments {
	m, ok := b.Moments()
	if !ok && b != nil && b.anchored() {
		m = plainMoments(b.ranks.values())
	}
	return m
}

// shape is the fit behind Moments; nil where there are none.
func (b *Baseline) shape() *fit {
	if b == nil || !b.fitOK {
		return nil
	}
	return &b.fit
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
// 2⁻²⁰.
func (b *Baseline) score(x float64) int32 {
	a := b.ask(x)
	if !a.scored {
		a.score, a.scored = b.ranks.scoreAt(a.spot), true
	}
	return a.score
}

// place is where x stands in the reference.
func (b *Baseline) place(x float64) place { return b.ranks.placeAt(b.ask(x).spot) }

// ask looks x up. The detectors of a series ask for the same value in turn: the last answer is kept.
func (b *Baseline) ask(x float64) *answer {
	if a := &b.asked; !a.known || a.x != x {
		*a = answer{x: x, spot: b.ranks.find(x), known: true}
	}
	return &b.asked
}

type answer struct {
	x             float64
	spot          spot
	score         int32
	known, scored bool
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
	return b.ranks.bytes() + 2*cap(b.order) + b.block.bytes() + b.recent.bytes() + 700
}
