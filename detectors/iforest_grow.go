package detectors

import "math/rand/v2"

// open makes room for vectors of d channels.
func (d *iforest) open(channels int) {
	d.channels = channels
	d.rows = make([]float32, d.cfg.Window*channels)
	d.x, d.last = make([]float32, channels), make([]float32, channels)
}

// interval is the number of vectors between two trees.
func (d *iforest) interval() int {
	if len(d.trees) < d.cfg.Trees {
		return 1
	}
	return max(1, d.cfg.Every*d.n/d.cfg.Window)
}

// grow makes the next tree from a fresh sample of the window. Vectors count from the oldest, so that the
// sample does not depend on where the ring begins.
func (d *iforest) grow() {
	d.since = 0
	rng := rand.New(d.rng)
	d.grower.sample(rng, d.n, min(d.cfg.Sample, d.n), d.channels, d.row)
	if len(d.trees) < d.cfg.Trees {
		d.trees = append(d.trees, d.grower.grow(rng, nil))
		d.next = len(d.trees) % d.cfg.Trees
		return
	}
	d.trees[d.next] = d.grower.grow(rng, d.trees[d.next])
	d.next = (d.next + 1) % d.cfg.Trees
}

// row is the i-th vector of the window, counted from the oldest.
func (d *iforest) row(i int) []float32 {
	i = (d.pos - d.n + i + d.cfg.Window) % d.cfg.Window
	return d.rows[i*d.channels : (i+1)*d.channels]
}
