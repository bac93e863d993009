package detectors

import (
	"math"
	"math/bits"
)

// An itree is one isolation tree (Liu, Ting & Zhou, ICDM 2008). Nodes stand in preorder: the left child of
// node i is i+1. Values are float32, as in scikit-learn: half the memory, and a threshold between two
// readings of an instrument needs no more than 7 digits. They are kept as keys, see keyOf.
type itree struct {
	nodes  []inode
	sample uint16 // vectors that it was grown from
}

// An inode is an inner node or a leaf. A walk of a vector asks neither which it is nor branches on a value: a
// forest is a hundred walks of eight steps, and a processor guesses every other one of them wrong. Each step
// goes to the left child and skips to the right one if the value is above at. At a leaf it stays: the vector
// has a guard behind its channels that is above every at, and the skip of a leaf is one step back.
type inode struct {
	at      int32  // inner: key of the largest value that goes left; leaf: see leafPath
	channel uint16 // inner: channel that is compared; leaf: the guard
	skip    int16  // inner: nodes between the left child and the right one; leaf: -1
}

const (
	maxChannels = 1024    // channels of a vector
	maxSample   = 1 << 12 // largest sample of a tree; keeps node indices within 15 bits
	guard       = math.MaxInt32
	pathUnit    = 1 << 24 // of the length of a path, as a share of the average path
)

func (n inode) leaf() bool { return n.skip < 0 }

// step is the node after i on the way of x.
func (t *itree) step(i int, x []int32) int { return step(t.nodes, i, x) }

func step(nodes []inode, i int, x []int32) int {
	n := &nodes[i]
	above := int((int64(n.at) - int64(x[n.channel])) >> 63) // all ones, or zero
	return i + 1 + int(n.skip)&above
}

// keyOf makes an integer of a value so that keys compare as values do.
func keyOf(v float32) int32 {
	k := int32(math.Float32bits(v + 0)) // -0 becomes 0
	return k ^ k>>31&math.MaxInt32
}

// valueOf is the value of a key.
func valueOf(k int32) float32 { return math.Float32frombits(uint32(k ^ k>>31&math.MaxInt32)) }

// keys makes a vector, with its guard, of finite numbers; what is too large for float32 becomes the largest.
func keys(dst []int32, src []float64) {
	for i, v := range src {
		dst[i] = keyOf(float32(max(-math.MaxFloat32, min(math.MaxFloat32, v))))
	}
	dst[len(src)] = guard
}

// averagePath is c(n), the mean path length of an unsuccessful search in a binary search tree of n values:
// 2 H(n-1) - 2 (n-1)/n with H(i) ≈ ln i + 0.5772156649 (Euler's constant); c(2) = 1, c(n) = 0 below.
func averagePath(n int) float64 {
	switch {
	case n < 2:
		return 0
	case n == 2:
		return 1
	}
	const euler = 0.5772156649
	m := float64(n)
	return 2*(math.Log(m-1)+euler) - 2*(m-1)/m
}

// heightLimit is ⌈log2 n⌉: what lies deeper is of average length and is added by averagePath.
func heightLimit(n int) int { return bits.Len(uint(max(n, 1) - 1)) }

// leafPath is the length that a leaf at a depth stands for, as a share of the average path of the tree's sample, in
// units of 2⁻²⁴: sums of integers do not depend on their order. rest is the average path of the leaf's vectors, whole
// that of the sample.
func leafPath(depth int, rest, whole float64) int32 {
	if whole == 0 {
		return pathUnit
	}
	return int32(math.Round((float64(depth) + rest) / whole * pathUnit))
}

// leafSize is the number of vectors in the leaf i at a depth, by its path. average is averagePath by size.
func (t *itree) leafSize(i, depth int, average []float64) int {
	rest := float64(t.nodes[i].at)/pathUnit*average[t.sample] - float64(depth)
	const between = 1e-4 // average paths of up to 4096 vectors are 5e-4 apart, paths are good to 1e-6
	lo, hi := 1, int(t.sample)
	for lo < hi {
		mid := (lo + hi) / 2
		if average[mid] < rest-between {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// isolation is 2^(-E[h]/c) over the trees: near 1 for a value that is isolated at once, 0.5 for an average
// one, towards 0 in a dense middle. No tree is higher than height. Five trees are walked abreast, so that the
// processor has something to do while it waits for a node.
func isolation(trees []itree, height int, x []int32) float64 {
	sum := int64(0)
	k := 0
	for ; k+5 <= len(trees); k += 5 {
		a, b, c, d, e := trees[k].nodes, trees[k+1].nodes, trees[k+2].nodes, trees[k+3].nodes, trees[k+4].nodes
		i, j, l, m, n := 0, 0, 0, 0, 0
		for range height {
			i, j, l, m, n = step(a, i, x), step(b, j, x), step(c, l, x), step(d, m, x), step(e, n, x)
		}
		sum += int64(a[i].at) + int64(b[j].at) + int64(c[l].at) + int64(d[m].at) + int64(e[n].at)
	}
	for ; k < len(trees); k++ {
		i := 0
		for range height {
			i = trees[k].step(i, x)
		}
		sum += int64(trees[k].nodes[i].at)
	}
	return math.Exp2(-float64(sum) / (pathUnit * float64(len(trees))))
}
