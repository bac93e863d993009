package detectors

import "math"

// Memory. Between two readings of a series thousands of others are judged, so what it has learned, in some fifty places,
// is no longer in the processor's caches. Detectors that come to one place after the other wait for each. Reads that do
// not depend on each other memory answers together, a dozen in the time of one. So before a number is judged, a word of
// most places is read at once. With 2,500 series in memory that takes a third off the time of a number
// (BenchmarkJudgeNumber, devices=500); with ten of them, which the caches hold, it costs 60 ns.

// Fetcher is a detector that can say in advance what memory it will need.
type Fetcher interface {
	// Fetch reads a word of most lines of memory that Score, Limits and Learn of the value x will use, and changes nothing.
	// The sum of the words means nothing: it is returned because the compiler leaves out reads that nobody asks for.
	Fetch(x float64) uint64
}

// Fetch does for the baseline what a Fetcher does for a detector.
func (b *Baseline) Fetch(x float64) uint64 {
	if b == nil {
		return 0
	}
	return uint64(b.resets) + uint64(b.refSince) + uint64(b.skipped) + uint64(b.momN) + math.Float64bits(b.fit.moments.Mean) +
		math.Float64bits(b.fit.scaled.SD) + uint64(b.asked.score) + b.recent.fetch() + b.block.fetch(b.block.len()-1) + b.ranks.fetch(x)
}

// fetch reads about where x stands. Where that is must be waited for.
func (r *ranks) fetch(x float64) uint64 {
	near := 0
	if r.finder.perUnit != 0 {
		near = int(r.finder.first[r.finder.stripe(x)])
	}
	return math.Float64bits(r.spread) + floatAt(r.levels, near) + wordAt(r.scores, near) + wordAt(r.upTo, near)
}

// fetch reads where the next value goes.
func (w *window) fetch() uint64 { return w.taken + w.vals.fetch(w.pos) + wordAt(w.at, w.pos) }

func (n *numbers) fetch(i int) uint64 { return wordAt(n.ints, i) + floatAt(n.raw, i) }

func (w *scored) fetch() uint64 {
	return uint64(w.sum) + w.stamp + w.win.fetch() + wordAt(w.scores, w.win.pos)
}

// fetchAll reads the whole window, for those that go through all of it.
func (w *scored) fetchAll() uint64 { return w.fetch() + lines(w.scores) + lines(w.buf[:cap(w.buf)]) }

func (d *zscore) Fetch(float64) uint64 { return uint64(d.row) + math.Float64bits(d.limit) }

func (d *zmean) Fetch(float64) uint64 {
	return uint64(d.row) + d.scored.fetch() + math.Float64bits(d.root) + math.Float64bits(d.limit)
}

func (d *ewma) Fetch(float64) uint64 {
	return uint64(d.row) + d.scored.fetchAll() + math.Float64bits(d.limit)
}

func (d *cusum) Fetch(float64) uint64 {
	return uint64(d.row) + d.scored.fetchAll() + math.Float64bits(d.limit)
}

func (d *ks) Fetch(float64) uint64 {
	return uint64(d.row) + math.Float64bits(d.limit) + uint64(d.next) + wordAt(d.places, d.pos) + lines(d.sorted)
}

func (d *psi) Fetch(float64) uint64 {
	b := &d.bins
	return uint64(d.row) + math.Float64bits(d.limit) + math.Float64bits(b.total) + uint64(d.pos) + wordAt(d.places, d.pos) +
		wordAt(d.counts, 0) + floatAt(b.edges, 0) + floatAt(b.p, 0) + floatAt(b.logp, 0) + floatAt(b.logp, len(b.logp)-1)
}

func (d *stuck) Fetch(float64) uint64 {
	return uint64(d.row) + uint64(d.run) + math.Float64bits(d.limit)
}

func (d *novelty) Fetch(float64) uint64 {
	m := &d.modes
	return uint64(d.resets) + m.taken + uint64(m.own) + wordAt(m.bins, m.pos) + wordAt(m.now, 0) + floatAt(m.edges, 0) +
		lines(m.cross[:m.known])
}

// Fetch does for what is known of a detector's scores what a Fetcher does for the detector.
func (r *Rarity) Fetch() uint64 { return uint64(r.middle.n) + uint64(r.skipped) }

type integer interface {
	~uint8 | ~uint16 | ~uint32 | ~int32 | ~int64
}

// wordAt is the i-th word, or 0 where there is none.
func wordAt[T integer](s []T, i int) uint64 {
	if uint(i) < uint(len(s)) {
		return uint64(s[i])
	}
	return 0
}

// floatAt is wordAt for a float, of which no number is made.
func floatAt(s []float64, i int) uint64 {
	if uint(i) < uint(len(s)) {
		return math.Float64bits(s[i])
	}
	return 0
}

// lines reads s in steps of 8 words, which are a line of 64 bytes or less.
func lines[T integer](s []T) (sum uint64) {
	for i := 0; i < len(s); i += 8 {
		sum += uint64(s[i])
	}
	return sum
}
