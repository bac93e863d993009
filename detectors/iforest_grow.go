package detectors

// open makes room for vectors of d channels.
func (d *iforest) open(channels int) {
	d.channels = channels
	d.rows = make([]int32, d.cfg.Window*channels)
	d.x, d.last = make([]int32, channels+1), make([]int32, channels+1)
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
	d.grower.sample(d.n, min(d.cfg.Sample, d.n), d.channels, d.row)
	if len(d.trees) < d.cfg.Trees {
		d.trees = append(d.trees, d.grower.grow(itree{}))
		d.next = len(d.trees) % d.cfg.Trees
		return
	}
	d.trees[d.next] = d.grower.grow(d.trees[d.next])
	d.next = (d.next + 1) % d.cfg.Trees
}

// row is the i-th vector of the window, counted from the oldest.
func (d *iforest) row(i int) []int32 {
	if i += d.pos - d.n; i < 0 {
		i += d.cfg.Window
	}
	return d.rows[i*d.channels : (i+1)*d.channels]
}
