package detectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The streamed quantiles agree with the sorted ones on smooth, skewed and tied scores.
func TestQuantilesOfAStream(t *testing.T) {
	for name, draw := range map[string]func(*rand.Rand) float64{
		"normal":      func(r *rand.Rand) float64 { return math.Abs(r.NormFloat64()) },
		"exponential": (*rand.Rand).ExpFloat64,
		"tied":        func(r *rand.Rand) float64 { return math.Round(4 * r.NormFloat64()) },
	} {
		r := rand.New(rand.NewPCG(5, 5))
		middle, top := quantile{p: 0.5}, quantile{p: 0.99}
		var all []float64
		for range 8000 {
			x := draw(r)
			all = append(all, x)
			middle.learn(float32(x))
			top.learn(float32(x))
		}
		slices.Sort(all)
		scale := all[7920] - all[4000]
		if got, want := middle.value(), all[4000]; math.Abs(got-want) > 0.15*scale {
			t.Errorf("%s: median %g, want %g", name, got, want)
		}
		if got, want := top.value(), all[7920]; math.Abs(got-want) > 0.15*scale {
			t.Errorf("%s: 99th percentile %g, want %g", name, got, want)
		}
	}
}

// One reading in a hundred passes 1/2, whatever the detector's unit, for as long as one likes.
func TestOneInAHundredIsRare(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, unit := range []float64{1e-6, 1, 1e6} {
		rare := NewRarity()
		beyond, n := 0, 200_000
		for i := range n {
			s := unit * r.ExpFloat64()
			v, known := rare.Of(s)
			if !(v >= 0 && v <= 1) || known != (i >= 100) {
				t.Fatalf("rarity %g", v)
			}
			if v >= 0.5 {
				beyond++
			}
			rare.Learn(s)
		}
		if part := float64(beyond) / float64(n); part < 0.007 || part > 0.014 {
			t.Errorf("unit %g: %.4f of the scores are beyond 1/2, want 0.01", unit, part)
		}
	}
}

func TestRarityOfConstantAndWildScores(t *testing.T) {
	r := NewRarity()
	for range 500 {
		r.Learn(1)
		r.Learn(math.NaN())
		r.Learn(math.Inf(1))
	}
	for _, c := range []struct{ score, want float64 }{{1, 0}, {0.5, 0}, {2, 0.5}, {4, 0.75}, {math.NaN(), 0}, {-1, 0}} {
		got, known := r.Of(c.score)
		if math.Abs(got-c.want) > 1e-12 || known == math.IsNaN(c.score) {
			t.Errorf("rarity of %g is %g, want %g", c.score, got, c.want)
		}
	}
	if got, _ := r.Of(math.Inf(1)); !(got > 0.99 && got <= 1) {
		t.Errorf("rarity of infinity is %g", got)
	}
}

// Straight through equals cut at every score, bit for bit.
func TestRarityTravels(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	straight, cut := NewRarity(), NewRarity()
	for i := range 20_000 {
		s := math.Round(10*rng.ExpFloat64()) / 10
		if i%37 == 0 || i < 20 {
			b := marshal(t, &cut)
			cut = NewRarity()
			if err := cut.UnmarshalBinary(b); err != nil {
				t.Fatalf("score %d: %v", i, err)
			}
		}
		a, knownA := straight.Of(s)
		if b, knownB := cut.Of(s); math.Float64bits(a) != math.Float64bits(b) || knownA != knownB {
			t.Fatalf("score %d: %v, after a cut %v", i, a, b)
		}
		straight.Learn(s)
		cut.Learn(s)
	}
}
