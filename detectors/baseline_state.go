package detectors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Version 2 had no window of recent readings: the detectors had one each, see adopt.
const baselineVersion = 3

// MarshalBinary writes everything that later results depend on. Moments and ranks are not written: they
// follow from the values. 500 readings of a laboratory's resolution take about 1 kB, raw floats 8 bytes each.
func (b *Baseline) MarshalBinary() ([]byte, error) {
	held := byte(0)
	if b.held {
		held = 1
	}
	out := []byte{baselineVersion, held}
	out = binary.AppendUvarint(out, uint64(b.version))
	out = binary.AppendUvarint(out, uint64(b.resets))
	out = binary.AppendVarint(out, b.notBefore)
	out = appendFloats(binary.AppendVarint(out, b.refSince), b.ref)
	out = appendFloats(binary.AppendVarint(out, b.blockAt), b.block)
	out = binary.AppendUvarint(out, uint64(b.momN))
	out = binary.AppendUvarint(out, uint64(b.skipped))
	return b.recent.append(b.runs.append(b.spacing.append(out))), nil
}

// UnmarshalBinary restores a baseline made with NewBaseline. A changed Size or MinN drops nothing: the
// reference stays until the next block of the new size is full.
func (b *Baseline) UnmarshalBinary(data []byte) error {
	r, format := newReaderOf(data, 2, baselineVersion)
	n := Baseline{cfg: b.cfg, held: r.bool()}
	version, resets := r.uvarint(), r.uvarint()
	n.notBefore = r.varint()
	n.refSince = r.varint()
	n.ref = r.floats(nil, maxReference)
	n.blockAt = r.varint()
	n.block = r.floats(nil, maxReference)
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
		r.err = checkBaseline(&n, version, resets, momN)
	}
	if err := r.done("baseline"); err != nil {
		return err
	}
	n.version, n.resets, n.momN, n.skipped = uint32(version), uint32(resets), int(momN), int(skipped)
	switch {
	case n.anchored():
		n.derive(n.ref)
	case n.momN > 0:
		n.warmUp()
	}
	*b = n
	return nil
}

func checkBaseline(b *Baseline, version, resets, momN uint64) error {
	switch {
	case version > math.MaxUint32 || resets > version:
		return fmt.Errorf("%d resets in version %d", resets, version)
	case !slices.IsSorted(b.ref):
		return errors.New("reference is not sorted")
	case b.anchored() && momN != 0 || momN > uint64(len(b.block)):
		return fmt.Errorf("moments of %d values, the block holds %d", momN, len(b.block))
	}
	return nil
}
