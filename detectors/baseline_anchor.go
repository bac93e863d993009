package detectors

import (
	"math"
	"math/bits"
)

// room is the number of values that are worked on without allocating: the longest first block of the default Size. A
// larger one takes memory for the while.
const room = 562

func (b *Baseline) anchored() bool { return b.hasRef }

// target is the length of the block that makes the next reference.
func (b *Baseline) target() int {
	if b.anchored() {
		return b.cfg.Size
	}
	return b.cfg.Size + b.phase
}

// anchor makes the block the reference.
func (b *Baseline) anchor() {
	var blockRoom, sortedRoom [room]float64
	var scoresRoom [room]int32
	block := b.block.appendTo(blockRoom[:0], 0)
	sorted := b.block.appendSorted(sortedRoom[:0])
	if !b.anchored() { // the ranks have room to grow, which is over
		b.ranks, b.order = ranks{}, nil
	}
	b.refSince = b.blockAt
	b.momN, b.hasRef = 0, true
	b.ranks = newReference(sorted, b.ranks)
	if b.spacing.stride == 1 {
		b.runs = countRuns(block)
		b.runs.mode = common(sorted)
	}
	b.spacing = b.spacing.after(lagOne(b.ranks.scoresOf(block, scoresRoom[:0])), len(block))
	b.fitTo(sorted)
	b.block.clear()
	b.version++
}

// warmUpStep is the number of readings between two looks at a block of n: the power of two below a sixteenth of it.
func warmUpStep(n int) int { return 1 << max(0, bits.Len(uint(n/16))-1) }

// warmUp learns from the first momN values of the block: the same values, and so the same bits, after a
// restart. It comes so often that nothing is sorted again, and no value looked up.
func (b *Baseline) warmUp() {
	var blockRoom, sortedRoom [room]float64
	var scoresRoom [room]int32
	block := b.block.appendTo(blockRoom[:0], 0)[:b.momN]
	b.order = b.order.extend(block)
	sorted := b.order.sorted(block, sortedRoom[:0])
	b.ranks = newRanks(sorted, b.ranks)
	b.spacing.left = math.Max(0, lagOne(b.order.scores(&b.ranks, scoresRoom[:0])))
	b.fitTo(sorted)
}

func (b *Baseline) fitTo(sorted []float64) {
	b.fit, b.fitOK = fitTo(sorted)
	b.asked = answer{}
}
