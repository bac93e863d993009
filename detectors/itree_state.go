package detectors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// append writes a tree in preorder: for an inner node its channel plus one and threshold, for a leaf a zero
// and its size. Paths follow from depth and size.
func (t *itree) append(b []byte, average []float64) []byte {
	b, _ = t.appendNode(b, 0, 0, average)
	return b
}

func (t *itree) appendNode(b []byte, i, depth int, average []float64) (out []byte, next int) {
	n := t.nodes[i]
	if n.leaf() {
		return binary.AppendUvarint(append(b, 0), uint64(t.leafSize(i, depth, average))), i + 1
	}
	b = binary.AppendUvarint(b, uint64(n.channel)+1)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(valueOf(n.at)))
	b, i = t.appendNode(b, i+1, depth+1, average)
	return t.appendNode(b, i, depth+1, average)
}

func readTree(r *reader, channels int, average []float64) itree {
	var t itree
	var leaves []leafAt
	t.readNode(r, &leaves, channels, 0)
	sample := 0
	for _, l := range leaves {
		sample += l.size
	}
	if sample > maxSample {
		r.fail(fmt.Errorf("a tree of %d vectors, at most %d are possible", sample, maxSample))
	}
	if r.err != nil {
		return itree{}
	}
	t.sample = uint16(sample)
	for _, l := range leaves {
		t.nodes[l.node].at = leafPath(l.depth, average[l.size], average[sample])
	}
	return t
}

// leafAt is a leaf whose path is not known before the whole tree is.
type leafAt struct{ node, depth, size int }

func (t *itree) readNode(r *reader, leaves *[]leafAt, channels, depth int) {
	channel := r.uvarint()
	if r.err != nil || channel > uint64(channels) || depth > heightLimit(maxSample) || len(t.nodes) >= 2*maxSample {
		r.fail(errors.New("a tree is not possible"))
		return
	}
	self := len(t.nodes)
	if channel == 0 {
		size := r.uvarint()
		if size < 1 || size > maxSample {
			r.fail(fmt.Errorf("a leaf of %d vectors", size))
			return
		}
		*leaves = append(*leaves, leafAt{self, depth, int(size)})
		t.nodes = append(t.nodes, inode{channel: uint16(channels), skip: -1})
		return
	}
	at := r.float32()
	if !finite(float64(at)) {
		r.fail(errors.New("a threshold is not a finite number"))
		return
	}
	t.nodes = append(t.nodes, inode{at: keyOf(at), channel: uint16(channel - 1)})
	t.readNode(r, leaves, channels, depth+1)
	if r.err != nil {
		return
	}
	t.nodes[self].skip = int16(len(t.nodes) - self - 1)
	t.readNode(r, leaves, channels, depth+1)
}
