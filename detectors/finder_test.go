package detectors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A finder says what a search among all values does.
func TestFinderIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, values := range []struct {
		name string
		draw func() float64
	}{
		{"normal", r.NormFloat64},
		{"rounded", func() float64 { return math.Round(10 * r.NormFloat64()) }},
		{"skewed", func() float64 { return math.Exp(3 * r.NormFloat64()) }},
		{"constant", func() float64 { return 7 }},
		{"two levels", func() float64 { return float64(r.IntN(2)) }},
		{"wild", func() float64 { return math.Pow(10, 600*(r.Float64()-0.5)) }},
		{"largest", func() float64 { return math.MaxFloat64 * (r.Float64() - 0.5) * 2 }},
		{"smallest", func() float64 { return math.SmallestNonzeroFloat64 * float64(r.IntN(3)) }},
		{"neighbours", func() float64 { return math.Float64frombits(math.Float64bits(0.1) + uint64(r.IntN(999))) }},
		{"far from nothing", func() float64 { return 1e15 + r.NormFloat64() }},
	} {
		for _, n := range []int{0, 1, 2, 20, 31, 32, 500, 2250} {
			t.Run(fmt.Sprint(values.name, " ", n), func(t *testing.T) {
				sorted := make([]float64, n)
				for i := range sorted {
					sorted[i] = values.draw()
				}
				slices.Sort(sorted)
				sorted = slices.Compact(sorted)
				f := newFinder(sorted)
				asked := append([]float64{0, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64}, sorted...)
				for _, x := range sorted {
					asked = append(asked, math.Nextafter(x, math.Inf(1)), math.Nextafter(x, math.Inf(-1)))
				}
				for range 1000 {
					asked = append(asked, values.draw())
				}
				for _, x := range asked {
					if got, want := f.below(sorted, x), below(sorted, x); got != want {
						t.Fatalf("%d below %g, want %d", got, x, want)
					}
				}
			})
		}
	}
}

// So does a search from where a place would be if all lay evenly, however they lie.
func TestPlacesAreFoundFromAGuess(t *testing.T) {
	const m = 500
	r := rand.New(rand.NewPCG(1, 1))
	for _, among := range []int{1, 3, 50, m} { // the lowest of so many
		w := make(ksWindow, 0, 100)
		for range cap(w) {
			from := r.IntN(among)
			w.add(placeOf(from, from+r.IntN(min(3, m-from+1))))
		}
		for i := range 1000 {
			from := r.IntN(m + 1)
			p := placeOf(from, from+r.IntN(m-from+1))
			if i < len(w) {
				p = w[i]
			}
			if got, want := w.below(p, m), below(w, p); got != want {
				t.Fatalf("%d below %x of %x, want %d", got, p, w, want)
			}
		}
	}
}

// The running sum of a window's scores is that of the scores.
func TestTotalIsTheSumOfTheRecent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	base := NewBaseline(DefaultBaseline())
	w := newScored(24)
	for i, last := range []float64{0, 0.9} { // independent readings, and such as are taken apart
		for n := range 3000 {
			if n == 1700 {
				base.Reset(int64(n))
			}
			last = 0.9*float64(i)*last + r.NormFloat64()
			s := Sample{At: int64(3000*i + n), Values: []float64{last}}
			want := int64(0)
			for _, u := range w.recent(s, base, false) {
				want += int64(u)
			}
			if got := w.total(s, base, false); got != want {
				t.Fatalf("reading %d: total %d, want %d", n, got, want)
			}
			base.Learn(s)
			w.learn(s, base)
		}
	}
}
