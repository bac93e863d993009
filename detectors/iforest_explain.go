package detectors

// Explain gives the calibration scores as the baseline and the score of s as the current value, with its p-value
// among them and the channels that made it.
func (d *iforest) Explain(s Sample) Evidence {
	e := Evidence{Statistic: "isolation score", Baseline: d.calib.moments(), Since: s.At}
	if !d.ready() || !d.usable(s) {
		return e
	}
	keys(d.x, s.Values)
	score := isolation(d.trees, d.height, d.x)
	e.Current, e.P, e.Parts = Moments{Mean: score, N: 1}, d.calib.pValue(score), d.parts()
	return e
}

// Direction is that of a combination of channels.
func (d *iforest) Direction(Sample) Direction { return Pattern }

// parts shares out what makes the path of x shorter than an average one. At each split on its way a vector goes to
// the side where the mean path of the sample is shorter or longer than before it; that difference is the channel's
// part. The parts of a path sum up to what it is shorter. (So Saabas, 2014, for the value of a tree.)
func (d *iforest) parts() []Part {
	gain := make([]float64, d.channels)
	average := d.averages()
	for i := range d.trees {
		t := &d.trees[i]
		w := walk{tree: t, average: average, means: make([]float64, len(t.nodes))}
		w.mean(0, 0)
		for n := 0; !t.nodes[n].leaf(); {
			next := t.step(n, d.x)
			gain[t.nodes[n].channel] += w.means[n] - w.means[next]
			n = next
		}
	}
	sum := 0.0
	for _, g := range gain {
		sum += max(0, g)
	}
	parts := make([]Part, 0, d.channels)
	for c, g := range gain {
		if g > 0 {
			parts = append(parts, Part{Channel: c, Share: g / sum, Direction: d.direction(c)})
		}
	}
	return parts
}

// direction says whether x lies above or below nine in ten of the window in a channel.
func (d *iforest) direction(channel int) int {
	below, above := 0, 0
	for i := range d.n {
		switch v := d.row(i)[channel]; {
		case v < d.x[channel]:
			below++
		case v > d.x[channel]:
			above++
		}
	}
	switch {
	case 10*below > 9*d.n:
		return 1
	case 10*above > 9*d.n:
		return -1
	}
	return 0
}

// averages is averagePath by size, as far as the trees need it.
func (d *iforest) averages() []float64 {
	for i := range d.trees {
		if int(d.trees[i].sample) >= len(d.grower.average) { // grown when the config asked for larger samples
			return averagePaths(maxSample)
		}
	}
	return d.grower.average
}

// A walk finds the mean path of the sample's vectors from each node of a tree.
type walk struct {
	tree    *itree
	average []float64
	means   []float64
}

func (w *walk) mean(i, depth int) (size, next int) {
	n := w.tree.nodes[i]
	if n.leaf() {
		w.means[i] = float64(n.at) / pathUnit
		return w.tree.leafSize(i, depth, w.average), i + 1
	}
	left, right := i+1, i+1+int(n.skip)
	l, _ := w.mean(left, depth+1)
	r, next := w.mean(right, depth+1)
	w.means[i] = (float64(l)*w.means[left] + float64(r)*w.means[right]) / float64(l+r)
	return l + r, next
}
