package detectors

import "math"

// fewLevels is the number of distinct reference values below which each gets a bin of its own.
const fewLevels = 20

// psiBins cut the line for the population stability index. Bin i holds the values above edge i-1 and up to
// edge i, so that a value on an edge, common in rounded data, always falls the same way.
type psiBins struct {
	all   []float64 // room of the next three, which every reading goes through: together they are fewer lines of memory
	edges []float64 // upper edges of all bins but the last, rising
	p     []float64 // share of the reference in each bin, +1/2 a bin
	logp  []float64
	total float64 // W + 1/2 a bin
	logt  float64
}

// build takes bins over from a reference for windows of w values. The edges are the reference's own
// quantiles, fixed until the next reference; edges that collide on tied data are merged and the true share
// of each bin is counted. Under 20 distinct values each has a bin of its own, with edges half way between.
func (b *psiBins) build(ref *ranks, bins, w int) {
	var scratch [fewLevels]float64
	edges := cutBins(scratch[:0], ref, bins)
	n := len(edges) + 1
	b.all = zeroed(b.all, 3*n)
	b.edges, b.p, b.logp = b.all[:n-1:n-1], b.all[n:2*n:2*n], b.all[2*n:]
	copy(b.edges, edges)
	b.total = float64(w) + 0.5*float64(n)
	b.logt = math.Log(b.total)
	bin := 0
	for i, v := range ref.levels {
		for bin < len(b.edges) && v > b.edges[bin] {
			bin++
		}
		b.p[bin] += float64(int(ref.upTo[i]) - ref.below(i))
	}
	for i := range b.p {
		b.p[i] = (b.p[i] + 0.5) / (float64(ref.n) + 0.5*float64(n))
		b.logp[i] = math.Log(b.p[i])
	}
}

// cutBins appends the upper edges of all bins of a reference but the last.
func cutBins(edges []float64, ref *ranks, bins int) []float64 {
	last := len(ref.levels) - 1
	if len(ref.levels) < fewLevels {
		for i := range last {
			edges = append(edges, ref.levels[i]/2+ref.levels[i+1]/2)
		}
		return edges
	}
	level := 0
	for i := 1; i < bins; i++ {
		// The smallest value with at least i/bins of the reference at or below it.
		for int(ref.upTo[level])*bins < i*ref.n {
			level++
		}
		if e := ref.levels[level]; level < last && (len(edges) == 0 || e > edges[len(edges)-1]) {
			edges = append(edges, e)
		}
	}
	return edges
}

func (b *psiBins) n() int { return len(b.p) }

// worth is the number of bins that a limit should count: a bin in which a window of w values is expected to
// have fewer than rareIn adds as much less to the index as it is short of that. At least 2.
func (b *psiBins) worth(w int) int {
	sum := 0.0
	for _, p := range b.p {
		sum += math.Min(1, p*float64(w)/rareIn)
	}
	return max(2, int(math.Round(sum)))
}

// rareIn is the expected count from which a bin counts whole. Chosen by the run lengths of series in steps of half
// an SD, 0.5 times the one asked for with 5 and 3.6 times with 0; see detectors/tables.
const rareIn = 2

func (b *psiBins) bin(x float64) int { return below(b.edges, x) }

// index is Σ (q-p) ln(q/p) over the bins for the window's counts, each with +1/2. logs[c] is ln(c + 1/2).
func (b *psiBins) index(counts []int32, logs []float64) float64 {
	sum := 0.0
	for i, c := range counts {
		q := (float64(c) + 0.5) / b.total
		sum += float64((q - b.p[i]) * (logs[c] - b.logt - b.logp[i]))
	}
	return sum
}

func (b *psiBins) bytes() int { return 8 * cap(b.all) }

// zeroed returns a slice of n zeros in the memory of s when that is large enough.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}
