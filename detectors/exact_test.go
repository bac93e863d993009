package detectors

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// The statistic of each step equals that of the definition, computed anew from both samples, over 12,000 random steps,
// tied and untied, and over a million with LABWATCH_LONG=1. Both are ratios of the same integers, so they are equal to
// the last bit. Shuffled steps of a drifting series let a new reference come in between.
func TestKSEqualsDefinition(t *testing.T) {
	steps := 3_000
	if os.Getenv("LABWATCH_LONG") != "" {
		steps = 250_000
	}
	for seed, step := range []float64{0, 0.1, 0.5, 5} {
		r := rand.New(rand.NewPCG(uint64(seed), 3))
		maker, err := newKS(func(any) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		b := NewBaseline(DefaultBaseline())
		d := maker(Env{Baseline: b})
		var newest []float64
		compared := 0
		for i := range steps + 600 {
			v := 95 + 5*r.NormFloat64() + 3*math.Sin(float64(i)/3000)
			if step > 0 {
				v = math.Round(v/step) * step
			}
			if newest = append(newest, v); len(newest) > 100 {
				newest = newest[1:]
			}
			s := Sample{At: int64(i), Values: []float64{v}}
			score, ready := d.Score(s)
			if ready && b.Stride() == 1 {
				compared++
				if want := definedD(b.ranks.values(), newest); score != want {
					t.Fatalf("steps of %g, reading %d: D is %v, want %v", step, i, score, want)
				}
			}
			b.Learn(s)
			d.Learn(s)
		}
		if compared < steps/2 {
			t.Fatalf("steps of %g: %d compared", step, compared)
		}
	}
}

// definedD is the largest gap between the cumulative distributions of two samples, the first one sorted.
func definedD(ref, win []float64) float64 {
	win = slices.Clone(win)
	slices.Sort(win)
	widest, i, j := 0, 0, 0
	for i < len(ref) || j < len(win) {
		x := math.Inf(1)
		if i < len(ref) {
			x = ref[i]
		}
		if j < len(win) {
			x = math.Min(x, win[j])
		}
		for i < len(ref) && ref[i] == x {
			i++
		}
		for j < len(win) && win[j] == x {
			j++
		}
		gap := i*len(win) - j*len(ref)
		widest = max(widest, gap, -gap)
	}
	return float64(widest) / float64(len(ref)*len(win))
}

// Under no change the index of a fresh window passes the chi-square threshold of 5 % in 3.5 to 6 % of all cases, on
// continuous and on integer data, whose bins are fewer. 2,000 windows, each with a reference of its own: a standard error
// of 0.5 %.
func TestPSILevel(t *testing.T) {
	for _, w := range []int{100, 200, 500} {
		for _, step := range []float64{0, 1} {
			r := rand.New(rand.NewPCG(uint64(w), 5))
			logs := make([]float64, w+1)
			for i := range logs {
				logs[i] = math.Log(float64(i) + 0.5)
			}
			draw := func(n int) []float64 {
				xs := make([]float64, n)
				for i := range xs {
					if xs[i] = 95 + 5*r.NormFloat64(); step > 0 {
						xs[i] = math.Round(xs[i]/step) * step
					}
				}
				slices.Sort(xs)
				return xs
			}
			const windows = 2000
			over := 0
			for range windows {
				ref := newRanks(draw(500), ranks{})
				var b psiBins
				b.build(&ref, 10, w)
				counts := make([]int32, b.n())
				for _, x := range draw(w) {
					counts[b.bin(x)]++
				}
				if b.index(counts, logs) > PSIThreshold(500, w, b.n(), 0.05) {
					over++
				}
			}
			share := float64(over) / windows
			t.Logf("window %d, steps of %g: level %.2f %%", w, step, 100*share)
			if share < 0.035 || share > 0.06 {
				t.Errorf("window %d, steps of %g: level %.2f %%, asked for 5 %%", w, step, 100*share)
			}
		}
	}
}
