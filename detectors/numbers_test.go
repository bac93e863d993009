package detectors

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A list of numbers gives back every bit, whatever comes in what order, and takes half the room for readings of few
// decimals.
func TestNumbersAreExact(t *testing.T) {
	reading := rapid.OneOf(
		rapid.Map(rapid.IntRange(-5000, 5000), func(k int) float64 { return float64(k) / 100 }),
		rapid.Map(rapid.IntRange(-50, 50), func(k int) float64 { return float64(k) }),
		rapid.Map(rapid.IntRange(0, 3000), func(k int) float64 { return float64(k) * 0.1 }), // 0.30000000000000004
		rapid.SampledFrom([]float64{math.Copysign(0, -1), 1e308, -1e308, 5e-324, math.MaxInt32, -math.MaxInt32 - 1, 1e-9, 12345678.901}),
	)
	rapid.Check(t, func(rt *rapid.T) {
		var n numbers
		var want []float64
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			x := reading.Draw(rt, "x")
			switch what := rapid.IntRange(0, 19).Draw(rt, "what"); {
			case what == 0:
				n.clear()
				want = want[:0]
			case what == 1:
				n.pack()
			case what < 8 && len(want) > 0:
				i := rapid.IntRange(0, len(want)-1).Draw(rt, "i")
				n.set(i, x)
				want[i] = x
			default:
				n.add(x, 40)
				want = append(want, x)
			}
			if n.len() != len(want) {
				rt.Fatalf("%d numbers, want %d", n.len(), len(want))
			}
			for i, x := range want {
				if math.Float64bits(n.at(i)) != math.Float64bits(x) {
					rt.Fatalf("number %d is %v, want %v", i, n.at(i), x)
				}
			}
			rising := append([]float64{7}, want...)
			slices.Sort(rising[1:])
			for i, x := range n.appendSorted([]float64{7}) {
				if math.Float64bits(x) != math.Float64bits(rising[i]) {
					rt.Fatalf("sorted number %d is %v, want %v", i, x, rising[i])
				}
			}
		}
	})
	var tidy, wild numbers
	for i := range 100 {
		tidy.add(float64(700+i)/100, 100)
		wild.add(math.Sqrt(float64(i)), 100)
	}
	if tidy.bytes() != 400 || wild.bytes() != 800 {
		t.Fatalf("%d bytes for two decimals, %d for sixteen", tidy.bytes(), wild.bytes())
	}
	wild.set(0, 7)
	tidy.set(5, math.Pi)
	tidy.set(5, 7.5)
	if tidy.pack(); tidy.bytes() != 400 {
		t.Fatalf("%d bytes once the long number is gone", tidy.bytes())
	}
}
