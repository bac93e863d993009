package detectors

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// An itree is one isolation tree (Liu, Ting & Zhou, ICDM 2008). Nodes stand in preorder: the left child of
// node i is i+1. Values are float32, as in scikit-learn: half the memory, and a threshold between two
// readings of an instrument needs no more than 7 digits.
type itree []inode

// An inode is an inner node, or a leaf when feature is leaf.
type inode struct {
	at      float32 // inner: values up to here go left; leaf: path length divided by c of the tree
	feature uint16
	right   uint16 // inner: index of the right child; leaf: number of sample values in it
}

const (
	leaf        = math.MaxUint16
	maxChannels = 1024    // channels of a vector
	maxSample   = 1 << 12 // largest sample of a tree; keeps node indices within 16 bits
)

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

// leafPath is the length that a leaf stands for, as a share of the average path of the tree's sample.
func leafPath(depth, size, sample int) float32 {
	c := averagePath(sample)
	if c == 0 {
		return 1
	}
	return float32((float64(depth) + averagePath(size)) / c)
}

// path is the length of x's path as a share of c; 1 is average.
func (t itree) path(x []float32) float32 {
	i := 0
	for {
		n := &t[i]
		if n.feature == leaf {
			return n.at
		}
		if x[n.feature] <= n.at {
			i++
		} else {
			i = int(n.right)
		}
	}
}

// isolation is 2^(-E[h]/c) over the trees: near 1 for a value that is isolated at once, 0.5 for an average
// one, towards 0 in a dense middle.
func isolation(trees []itree, x []float32) float64 {
	sum := 0.0
	for _, t := range trees {
		sum += float64(t.path(x))
	}
	return math.Exp2(-sum / float64(len(trees)))
}

// A grower builds trees; it holds nothing but scratch memory.
type grower struct {
	cols     [][]float32 // the sample, a column a feature
	rows     []uint16    // positions in cols, grouped by node
	features []uint16
	pick     []uint32
}

// sample chooses k of n rows without replacement and copies them in as columns. row(i) is one row of width d.
func (g *grower) sample(rng *rand.Rand, n, k, d int, row func(int) []float32) {
	if cap(g.pick) < n {
		g.pick = make([]uint32, n)
	}
	pick := g.pick[:n]
	for i := range pick {
		pick[i] = uint32(i)
	}
	if len(g.cols) != d || len(g.cols[0]) < k {
		g.cols = make([][]float32, d)
		for j := range g.cols {
			g.cols[j] = make([]float32, k)
		}
		g.features = make([]uint16, d)
		g.rows = make([]uint16, k)
	}
	g.rows = g.rows[:k]
	for i := range k {
		j := i + rng.IntN(n-i)
		pick[i], pick[j] = pick[j], pick[i]
		for f, v := range row(int(pick[i])) {
			g.cols[f][i] = v
		}
		g.rows[i] = uint16(i)
	}
}

// grow builds a tree from the sample into the memory of t.
func (g *grower) grow(rng *rand.Rand, t itree) itree {
	for i := range g.features {
		g.features[i] = uint16(i)
	}
	n := len(g.rows)
	return g.node(rng, t[:0], g.rows, 0, heightLimit(n), n)
}

func (g *grower) node(rng *rand.Rand, t itree, rows []uint16, depth, limit, sample int) itree {
	f, lo, hi := -1, float32(0), float32(0)
	if len(rows) > 1 && depth < limit {
		f, lo, hi = g.choose(rng, rows)
	}
	if f < 0 {
		return append(t, inode{leafPath(depth, len(rows), sample), leaf, uint16(len(rows))})
	}
	at := between(lo, hi, rng.Float64())
	col, m := g.cols[f], 0
	for i, r := range rows {
		if col[r] <= at {
			rows[i], rows[m] = rows[m], r
			m++
		}
	}
	self := len(t)
	t = append(t, inode{at: at, feature: uint16(f)})
	t = g.node(rng, t, rows[:m], depth+1, limit, sample)
	t[self].right = uint16(len(t))
	return g.node(rng, t, rows[m:], depth+1, limit, sample)
}

// choose draws a feature that is not constant among rows, each with the same chance, and returns its range;
// -1 when all are constant. Constant ones must be drawn again: ending the branch instead costs accuracy on
// discrete data (LinkedIn isolation-forest, README). Only the features drawn are looked at.
func (g *grower) choose(rng *rand.Rand, rows []uint16) (f int, lo, hi float32) {
	for left := len(g.features); left > 0; left-- {
		i := rng.IntN(left)
		f := g.features[i]
		g.features[i], g.features[left-1] = g.features[left-1], f
		col := g.cols[f]
		lo, hi := col[rows[0]], col[rows[0]]
		for _, r := range rows[1:] {
			lo, hi = min(lo, col[r]), max(hi, col[r])
		}
		if lo < hi {
			return int(f), lo, hi
		}
	}
	return -1, 0, 0
}

// between is uniform in [lo, hi): lo always goes left and hi right, whatever the rounding.
func between(lo, hi float32, u float64) float32 {
	at := float32(float64(lo) + float64(u*(float64(hi)-float64(lo))))
	if at >= hi {
		at = math.Nextafter32(hi, lo)
	}
	return max(at, lo)
}

// narrow makes float32 values of finite float64 ones; what is too large becomes the largest float32.
func narrow(dst []float32, src []float64) {
	for i, v := range src {
		dst[i] = float32(math.Max(-math.MaxFloat32, math.Min(math.MaxFloat32, v)))
	}
}
