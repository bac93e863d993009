package detectors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Version 2 had no window of recent readings: the detectors had one each, see adopt. Versions 2 and 3 had equal values
// of the reference as often as they came.
const baselineVersion = 4

// MarshalBinary writes everything that later results depend on. Moments and ranks are not written: they
// follow from the values. 500 readings of a laboratory's resolution take about 0.7 kB, raw floats 8 bytes each.
func (b *Baseline) MarshalBinary() ([]byte, error) {
	held := byte(0)
	if b.held {
		held = 1
	}
	out := []byte{baselineVersion, held}
	out = binary.AppendUvarint(out, uint64(b.version))
	out = binary.AppendUvarint(out, uint64(b.resets))
	out = binary.AppendVarint(out, b.notBefore)
	out = b.appendReference(binary.AppendVarint(out, b.refSince))
	out = appendFloats(binary.AppendVarint(out, b.blockAt), b.block.appendTo(nil, 0))
	out = binary.AppendUvarint(out, uint64(b.momN))
	out = binary.AppendUvarint(out, uint64(b.skipped))
	return b.recent.append(b.runs.append(b.spacing.append(out))), nil
}

// UnmarshalBinary restores a baseline made with NewBaseline. A changed Size or MinN drops nothing: the
// reference stays until the next block of the new size is full.
func (b *Baseline) UnmarshalBinary(data []byte) error {
	r, format := newReaderOf(data, 2, baselineVersion)
	n := Baseline{cfg: b.cfg, phase: b.phase, held: r.bool()}
	version, resets := r.uvarint(), r.uvarint()
	n.notBefore = r.varint()
	n.refSince = r.varint()
	sorted := readReference(r, format)
	n.blockAt = r.varint()
	for _, v := range r.floats(nil, longestBlock) {
		n.block.add(v, longestBlock)
	}
	momN, skipped := r.uvarint(), r.uvarint()
	n.spacing, n.runs = readSpacing(r), readRuns(r)
	n.recent = newWindow(b.recent.size())
	if format > 2 {
		n.recent.read(r)
	}
	if r.err == nil && skipped >= maxStride {
		r.err = fmt.Errorf("%d readings skipped", skipped)
	}
	if r.err == nil {
		r.err = checkBaseline(&n, sorted, version, resets, momN)
	}
	if err := r.done("baseline"); err != nil {
		return err
	}
	n.version, n.resets, n.momN, n.skipped = uint32(version), uint32(resets), int(momN), int(skipped)
	switch {
	case len(sorted) > 0:
		n.hasRef, n.ranks = true, newReference(sorted, ranks{})
		n.fitTo(sorted)
	case n.momN > 0:
		n.warmUp()
	}
	*b = n
	return nil
}

func checkBaseline(b *Baseline, sorted []float64, version, resets, momN uint64) error {
	switch {
	case version > math.MaxUint32 || resets > version:
		return fmt.Errorf("%d resets in version %d", resets, version)
	case !slices.IsSorted(sorted):
		return errors.New("reference is not sorted")
	case len(sorted) > 0 && momN != 0 || momN > uint64(b.block.len()):
		return fmt.Errorf("moments of %d values, the block holds %d", momN, b.block.len())
	}
	return nil
}

// appendReference writes the values of the reference or, when that is shorter, the different ones and how often each is
// there.
func (b *Baseline) appendReference(out []byte) []byte {
	if !b.anchored() {
		return appendFloats(out, nil)
	}
	if n := b.ranks.n; 2*len(b.ranks.levels) > n {
		return binary.AppendUvarint(appendFloats(out, b.ranks.values()), uint64(n))
	}
	out = binary.AppendUvarint(appendFloats(out, b.ranks.levels), uint64(b.ranks.n))
	for i, upTo := range b.ranks.upTo {
		out = binary.AppendUvarint(out, uint64(int(upTo)-b.ranks.below(i)))
	}
	return out
}

func readReference(r *reader, version byte) (sorted []float64) {
	levels := r.floats(nil, longestBlock)
	if version < 4 || len(levels) == 0 {
		return levels
	}
	if total := r.uvarint(); total == uint64(len(levels)) {
		return levels
	}
	for _, v := range levels {
		n := r.uvarint()
		if n < 1 || n > uint64(longestBlock-len(sorted)) {
			r.fail(fmt.Errorf("a reference with a value %d times", n))
			return nil
		}
		for range n {
			sorted = append(sorted, v)
		}
	}
	return sorted
}
