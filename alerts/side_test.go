package alerts

import (
	"math"
	"testing"
)

// TestSide: an alert says by it whether values are high or low.
func TestSide(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want int
	}{
		{2.5, 1}, {math.SmallestNonzeroFloat64, 1}, {math.Inf(1), 1},
		{-2.5, -1}, {-math.SmallestNonzeroFloat64, -1}, {math.Inf(-1), -1},
		{0, 0}, {math.Copysign(0, -1), 0}, {math.NaN(), 0},
	} {
		if got := Side(c.x); got != c.want {
			t.Errorf("%v lies on side %d, want %d", c.x, got, c.want)
		}
	}
}
