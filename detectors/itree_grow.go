package detectors

import (
	"math"
	"math/rand/v2"
)

// A grower builds trees. Apart from the generator, which is its owner's, it holds nothing but scratch memory.
type grower struct {
	rng      *rand.Rand
	average  []float64 // averagePath by size, shared and never written
	cols     [][]int32 // the sample, a column a channel
	rows     []uint16  // positions in cols, grouped by node
	channels []uint16
	picked   []uint64 // a bit a row that is in the sample
	nodes    []inode
}

func newGrower(rng *rand.PCG, average []float64) grower {
	return grower{rng: rand.New(rng), average: average}
}

// averagePaths is averagePath for 0 to n: a logarithm a leaf would cost as much as the rest of the tree.
func averagePaths(n int) []float64 {
	c := make([]float64, n+1)
	for i := range c {
		c[i] = averagePath(i)
	}
	return c
}

// sample chooses k of n rows without replacement (Floyd's algorithm, Comm. ACM 30, 1987) and copies them in
// as columns. row(i) is one row of width d.
func (g *grower) sample(n, k, d int, row func(int) []int32) {
	if len(g.cols) != d || len(g.cols[0]) < k {
		g.cols = make([][]int32, d)
		for j := range g.cols {
			g.cols[j] = make([]int32, k)
		}
		g.channels = make([]uint16, d)
		g.rows = make([]uint16, k)
	}
	g.rows = g.rows[:k]
	g.picked = zeroed(g.picked, (n+63)/64)
	for i := range k {
		last := n - k + i
		pick := g.rng.IntN(last + 1)
		if g.picked[pick/64]>>(pick%64)&1 == 1 {
			pick = last
		}
		g.picked[pick/64] |= 1 << (pick % 64)
		for f, v := range row(pick) {
			g.cols[f][i] = v
		}
		g.rows[i] = uint16(i)
	}
}

// grow builds a tree from the sample into the memory of t.
func (g *grower) grow(t itree) itree {
	for i := range g.channels {
		g.channels[i] = uint16(i)
	}
	t.sample, g.nodes = uint16(len(g.rows)), g.nodes[:0]
	g.node(g.rows, heightLimit(len(g.rows)), 0)
	if cap(t.nodes) < len(g.nodes) { // append would double it, a hundred times over
		t.nodes = make([]inode, 0, len(g.nodes)+len(g.nodes)/16)
	}
	t.nodes = append(t.nodes[:0], g.nodes...)
	return t
}

// node appends the subtree of the rows. No node is deeper than limit.
func (g *grower) node(rows []uint16, limit, depth int) {
	c, lo, hi := -1, int32(0), int32(0)
	if len(rows) > 1 && depth < limit {
		c, lo, hi = g.choose(rows)
	}
	if c < 0 {
		path := leafPath(depth, g.average[len(rows)], g.average[len(g.rows)])
		g.nodes = append(g.nodes, inode{path, uint16(len(g.cols)), -1})
		return
	}
	at := keyOf(between(valueOf(lo), valueOf(hi), g.rng.Float64()))
	col, left := g.cols[c], 0
	for i, r := range rows {
		// Everything from left to i is above, in any order, so an exchange is never wrong, and never guessed wrong.
		rows[i] = rows[left]
		rows[left] = r
		left += int(uint64(int64(col[r])-int64(at)-1) >> 63)
	}
	self := len(g.nodes)
	g.nodes = append(g.nodes, inode{at: at, channel: uint16(c)})
	g.node(rows[:left], limit, depth+1)
	g.nodes[self].skip = int16(len(g.nodes) - self - 1)
	g.node(rows[left:], limit, depth+1)
}

// choose draws a channel that is not constant among rows, each with the same chance, and returns its range;
// -1 when all are constant. Constant ones must be drawn again: ending the branch instead costs accuracy on
// discrete data (LinkedIn isolation-forest, README). Only the channels drawn are looked at.
func (g *grower) choose(rows []uint16) (c int, lo, hi int32) {
	for left := len(g.channels); left > 0; left-- {
		i := g.rng.IntN(left)
		c := g.channels[i]
		g.channels[i], g.channels[left-1] = g.channels[left-1], c
		col := g.cols[c]
		lo, hi := col[rows[0]], col[rows[0]]
		for _, r := range rows[1:] {
			lo, hi = min(lo, col[r]), max(hi, col[r])
		}
		if lo < hi {
			return int(c), lo, hi
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
