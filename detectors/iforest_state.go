package detectors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

const iforestVersion = 1

// MarshalBinary writes the generator, the window, the trees in preorder and the calibration scores: at the
// defaults and 4 channels about 85 kB.
func (d *iforest) MarshalBinary() ([]byte, error) {
	pcg, err := d.rng.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("encode generator: %w", err)
	}
	b := append(binary.AppendUvarint([]byte{iforestVersion}, uint64(len(pcg))), pcg...)
	b = binary.AppendUvarint(b, uint64(d.channels))
	b = binary.AppendUvarint(b, uint64(d.n))
	for i := range d.n {
		for _, v := range d.row(i) {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(d.trees)))
	for _, t := range d.trees {
		b = t.append(b)
	}
	b = binary.AppendUvarint(b, uint64(d.next))
	b = binary.AppendUvarint(b, uint64(d.since))
	return d.calib.append(b), nil
}

// UnmarshalBinary restores the forest. Changed parameters drop nothing that still fits: the newest vectors
// and scores, and as many trees; missing trees are grown one a vector.
func (d *iforest) UnmarshalBinary(data []byte) error {
	r := newReader(data, iforestVersion)
	n := iforest{cfg: d.cfg, rng: d.rng, calib: newConformal(d.cfg.Alpha, d.cfg.Calibration)}
	var pcg rand.PCG
	if err := pcg.UnmarshalBinary(r.bytes(r.count(64))); err != nil {
		r.fail(fmt.Errorf("generator: %w", err))
	}
	n.readRows(r)
	for range r.count(1000) {
		t := readTree(r, n.channels)
		if len(n.trees) < n.cfg.Trees {
			n.trees = append(n.trees, t)
		}
	}
	n.next = int(r.uvarint()%math.MaxUint16) % n.cfg.Trees
	if len(n.trees) < n.cfg.Trees {
		n.next = len(n.trees)
	}
	n.since = int(r.uvarint() & math.MaxInt32)
	n.calib.read(r)
	if r.err == nil && len(n.trees) > 0 && n.n == 0 {
		r.fail(errors.New("trees without vectors"))
	}
	if err := r.done("iforest"); err != nil {
		return err
	}
	*n.rng = pcg
	*d = n
	return nil
}

func (d *iforest) readRows(r *reader) {
	channels := r.count(maxChannels)
	vectors := r.count(maxList)
	if r.err == nil && (channels == 0) != (vectors == 0) || channels*vectors*4 > len(r.b) {
		r.fail(fmt.Errorf("%d vectors of %d channels", vectors, channels))
	}
	if r.err != nil || channels == 0 {
		return
	}
	d.open(channels)
	for range vectors {
		row := d.rows[d.pos*channels : (d.pos+1)*channels]
		for j := range row {
			if row[j] = r.float32(); !finite(float64(row[j])) {
				r.fail(errors.New("state holds a value that is not a finite number"))
			}
		}
		d.pos = (d.pos + 1) % d.cfg.Window
		d.n = min(d.n+1, d.cfg.Window)
	}
}

// append writes a tree in preorder: for an inner node its feature plus one and threshold, for a leaf a zero
// and its size. Paths follow from depth and size.
func (t itree) append(b []byte) []byte {
	for _, n := range t {
		if n.feature == leaf {
			b = binary.AppendUvarint(append(b, 0), uint64(n.right))
			continue
		}
		b = binary.AppendUvarint(b, uint64(n.feature)+1)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(n.at))
	}
	return b
}

func readTree(r *reader, channels int) itree {
	depths := make([]uint8, 0, 64)
	t := readNode(r, nil, &depths, channels, 0)
	sample := 0
	for _, n := range t {
		if n.feature == leaf {
			sample += int(n.right)
		}
	}
	if sample > maxSample {
		r.fail(fmt.Errorf("a tree of %d vectors, at most %d are possible", sample, maxSample))
		return nil
	}
	for i := range t {
		if t[i].feature == leaf {
			t[i].at = leafPath(int(depths[i]), int(t[i].right), sample)
		}
	}
	return t
}

func readNode(r *reader, t itree, depths *[]uint8, channels, depth int) itree {
	feature := r.uvarint()
	if r.err != nil || feature > uint64(channels) || depth > heightLimit(maxSample) || len(t) >= 2*maxSample {
		r.fail(errors.New("a tree is not possible"))
		return t
	}
	*depths = append(*depths, uint8(depth))
	if feature == 0 {
		size := r.uvarint()
		if size < 1 || size > maxSample {
			r.fail(fmt.Errorf("a leaf of %d vectors", size))
		}
		return append(t, inode{feature: leaf, right: uint16(size)})
	}
	self, at := len(t), r.float32()
	if !finite(float64(at)) {
		r.fail(errors.New("a threshold is not a finite number"))
	}
	t = append(t, inode{at: at, feature: uint16(feature - 1)})
	t = readNode(r, t, depths, channels, depth+1)
	t[self].right = uint16(len(t))
	return readNode(r, t, depths, channels, depth+1)
}
