package detectors

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// However the values come in, one by one or many at once, the order is that of a stable sort, and the scores by arrival
// are those that a search finds.
func TestOrderIsAStableSort(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		levels := []float64{2, 20, 1e6}[r.IntN(3)]
		values := make([]float64, 1+r.IntN(2*room))
		var o order
		for n := 0; n < len(values); {
			for range min(1+r.IntN(9), len(values)-n) {
				values[n] = math.Round(levels * r.NormFloat64())
				n++
			}
			o = o.extend(values[:n])
		}
		want := make(order, len(values))
		for i := range want {
			want[i] = uint16(i)
		}
		slices.SortStableFunc(want, func(a, b uint16) int { return cmp.Compare(values[a], values[b]) })
		if !slices.Equal(o, want) {
			t.Fatalf("order of %v is %v, want %v", values, o, want)
		}
		known := newRanks(o.sorted(values, nil), ranks{})
		if got := o.scores(&known, nil); !slices.Equal(got, known.scoresOf(values, nil)) {
			t.Fatalf("scores of %v are %v, want %v", values, got, known.scoresOf(values, nil))
		}
	}
}
