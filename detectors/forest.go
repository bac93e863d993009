package detectors

import (
	"fmt"
	"math/rand/v2"
)

// Forest is an isolation forest fitted once to a set of rows: the batch form of the "iforest" detector, with
// the same trees. It is there to compare with other implementations and for offline work. It is used by one
// goroutine.
type Forest struct {
	trees  []itree
	height int
	x      []int32
}

// FitForest grows trees (usually 100) from samples of psi rows each (usually 256; all rows when there are
// fewer). Rows have equal length and hold finite numbers.
// Source: Liu, Ting & Zhou, Isolation Forest, ICDM 2008, and TKDD 6 (2012).
func FitForest(rows [][]float64, trees, psi int, rng *rand.PCG) (*Forest, error) {
	switch {
	case len(rows) == 0 || len(rows[0]) == 0 || len(rows[0]) > maxChannels:
		return nil, fmt.Errorf("fit forest: %d rows; want 1 or more of 1 to %d values", len(rows), maxChannels)
	case trees < 1 || psi < 2 || psi > maxSample:
		return nil, fmt.Errorf("fit forest: %d trees of %d rows, want 1 or more of 2 to %d", trees, psi, maxSample)
	}
	d := len(rows[0])
	flat := make([]int32, len(rows)*d+1)
	for i, r := range rows {
		if len(r) != d {
			return nil, fmt.Errorf("fit forest: row %d has %d values, the first has %d", i, len(r), d)
		}
		for _, v := range r {
			if !finite(v) {
				return nil, fmt.Errorf("fit forest: row %d holds a value that is not finite", i)
			}
		}
		keys(flat[i*d:], r) // its guard is overwritten by the next row
	}
	psi = min(psi, len(rows))
	f := &Forest{trees: make([]itree, trees), height: heightLimit(psi), x: make([]int32, d+1)}
	g := newGrower(rng, averagePaths(psi))
	for i := range f.trees {
		g.sample(len(rows), psi, d, func(i int) []int32 { return flat[i*d : (i+1)*d] })
		f.trees[i] = g.grow(itree{})
	}
	return f, nil
}

// Score is 2^(-E[h]/c(psi)), 0 to 1; higher is more abnormal. row has the length of the rows fitted.
func (f *Forest) Score(row []float64) float64 {
	keys(f.x, row)
	return isolation(f.trees, f.height, f.x)
}
