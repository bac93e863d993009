package detectors

import (
	"math"
	"slices"
)

// cut takes over bins from a reference, as psi does, and forgets all modes; unless the present bins still divide it: then
// what is known stays.
func (m *modes) cut(ref *ranks) {
	var scratch [max(fewLevels, modeBins)]float64
	edges := cutBins(scratch[:0], ref, modeBins)
	if m.edges != nil && fullest(ref, m.edges) <= 0.5+fullest(ref, edges) {
		return
	}
	if len(edges) == 0 && len(ref.levels) > 1 { // nearly all are equal to the greatest
		edges = append(edges, ref.levels[len(ref.levels)-2])
	}
	m.place(edges)
}

// fullest is the greatest share of a reference in one of the bins.
func fullest(ref *ranks, edges []float64) (share float64) {
	below := 0
	for bin := range len(edges) + 1 {
		upTo := ref.n // those in the last bin too
		if bin < len(edges) {
			upTo = 0
			if i, _ := slices.BinarySearch(ref.levels, math.Nextafter(edges[bin], math.Inf(1))); i > 0 {
				upTo = int(ref.upTo[i-1])
			}
		}
		share = max(share, float64(upTo-below)/float64(ref.n))
		below = upTo
	}
	return share
}

func (m *modes) place(edges []float64) {
	*m = modes{edges: slices.Clone(edges), bins: make([]uint8, modeReadings), logs: m.logs}
	m.counts, m.apart = make([][maxMode]uint8, len(edges)+1), make([][maxMode]int32, len(edges)+1)
	m.now = make([]uint8, len(edges)+1)
	m.own = int64(len(m.now)) * m.logs.times[0]
}

func (m *modes) bin(x float64) int {
	i := 0
	for _, e := range m.edges {
		if x <= e {
			break
		}
		i++
	}
	return i
}
