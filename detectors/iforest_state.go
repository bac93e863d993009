package detectors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Version 1 kept scores as float32 and worked the level out every 64 of them.
const iforestVersion = 2

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
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(valueOf(v)))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(d.trees)))
	average := d.averages()
	for _, t := range d.trees {
		b = t.append(b, average)
	}
	b = binary.AppendUvarint(b, uint64(d.next))
	b = binary.AppendUvarint(b, uint64(d.since))
	return d.calib.append(b), nil
}

// UnmarshalBinary restores the forest. Changed parameters drop nothing that still fits: the newest vectors
// and scores, and as many trees; missing trees are grown one a vector.
func (d *iforest) UnmarshalBinary(data []byte) error {
	r, version := newReaderOf(data, 1, iforestVersion)
	n := iforest{cfg: d.cfg, rng: d.rng, calib: newConformal(d.calib.alpha, d.cfg.Calibration), grower: d.grower,
		height: heightLimit(d.cfg.Sample)}
	var pcg rand.PCG
	if err := pcg.UnmarshalBinary(r.bytes(r.count(64))); err != nil {
		r.fail(fmt.Errorf("generator: %w", err))
	}
	n.readRows(r)
	var average []float64
	for range r.count(1000) {
		if average == nil { // the config may have asked for larger samples when it was written
			average = averagePaths(maxSample)
		}
		t := readTree(r, n.channels, average)
		if len(n.trees) < n.cfg.Trees {
			n.trees = append(n.trees, t)
			n.height = max(n.height, heightLimit(int(t.sample)))
		}
	}
	n.next = int(r.uvarint()%math.MaxUint16) % n.cfg.Trees
	if len(n.trees) < n.cfg.Trees {
		n.next = len(n.trees)
	}
	n.since = int(r.uvarint() & math.MaxInt32)
	n.calib.read(r, version)
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
			v := r.float32()
			if !finite(float64(v)) {
				r.fail(errors.New("state holds a value that is not a finite number"))
			}
			row[j] = keyOf(v)
		}
		d.pos = (d.pos + 1) % d.cfg.Window
		d.n = min(d.n+1, d.cfg.Window)
	}
}
