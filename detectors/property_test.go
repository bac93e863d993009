package detectors

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The incremental statistics must equal a direct computation at every step, on any data. Values are drawn
// from few levels, so that ties within and across the samples are the rule.

func series(rt *rapid.T, label string, n int) []float64 {
	levels := rapid.SampledFrom([]int{1, 2, 5, 30, 1000}).Draw(rt, label+" levels")
	step := rapid.SampledFrom([]float64{1, 0.01, 1e6, 1e-300}).Draw(rt, label+" step")
	return rapid.SliceOfN(rapid.Map(rapid.IntRange(-levels, levels), func(k int) float64 {
		return float64(k) * step
	}), n, n).Draw(rt, label)
}

func TestKSEqualsDirectComputation(t *testing.T) {
	compareToDirect(t, "ks", 50, func(b *Baseline, win []float64) float64 {
		ref := b.Reference()
		far := 0.0
		for _, at := range [][]float64{ref, win} {
			for _, x := range at {
				far = math.Max(far, math.Abs(shareUpTo(ref, x)-shareUpTo(win, x)))
			}
		}
		return far
	})
}

func shareUpTo(xs []float64, x float64) float64 {
	n := 0
	for _, v := range xs {
		if v <= x {
			n++
		}
	}
	return float64(n) / float64(len(xs))
}

func TestPSIEqualsDirectComputation(t *testing.T) {
	compareToDirect(t, "psi", 50, func(base *Baseline, win []float64) float64 {
		ref := base.Reference()
		var b psiBins
		b.build(ref, 10, len(win))
		n := float64(b.n())
		if n == 1 {
			return math.NaN() // not ready
		}
		share := func(xs []float64, bin int) float64 {
			c := 0.5
			for _, x := range xs {
				if (bin == 0 || x > b.edges[bin-1]) && (bin == b.n()-1 || x <= b.edges[bin]) {
					c++
				}
			}
			return c / (float64(len(xs)) + 0.5*n)
		}
		sum := 0.0
		for i := range b.n() {
			p, q := share(ref, i), share(win, i)
			sum += (q - p) * math.Log(q/p)
		}
		return sum
	})
}

func TestZMeanEqualsDirectComputation(t *testing.T) {
	compareToDirect(t, "zmean", 24, func(b *Baseline, win []float64) float64 {
		m, ok := b.Moments()
		if !ok {
			return math.NaN() // not ready
		}
		mean := 0.0
		for _, x := range win {
			mean += math.Max(m.Mean-4*m.SD, math.Min(m.Mean+4*m.SD, x)) / float64(len(win))
		}
		return math.Abs(mean-m.Mean) / (m.SD / math.Sqrt(float64(len(win))))
	})
}

// compareToDirect feeds a rolling baseline of 100 and a window of w, and compares each score with what direct
// makes of the baseline and of the newest w values, the scored one included.
func compareToDirect(t *testing.T, name string, w int, direct func(b *Baseline, win []float64) float64) {
	rapid.Check(t, func(rt *rapid.T) {
		b := NewBaseline(BaselineConfig{Size: 100, MinN: 20, Mode: Rolling})
		m, err := Builtin()[name](small)
		if err != nil {
			rt.Fatal(err)
		}
		d := m(Env{Baseline: b})
		values := append(series(rt, "first", 140), series(rt, "then", 140)...)
		for i, v := range values {
			s := Sample{At: int64(i), Values: []float64{v}}
			if i%4 == 1 {
				d.Score(Sample{Values: []float64{-v}})
			}
			score, ready := d.Score(s)
			if ready {
				if i%3 == 0 { // a sample that is scored and then not learned must leave no trace
					d.Score(Sample{Values: []float64{v + 1}})
				}
				want := direct(b, values[i-w+1:i+1])
				if !(math.Abs(score-want) <= 1e-12*math.Max(1, want)+noise(b, w)) {
					rt.Fatalf("sample %d: %v, directly %v", i, score, want)
				}
			} else if b.Reference() != nil && !math.IsNaN(direct(b, values[i-w+1:i+1])) {
				rt.Fatalf("sample %d: not ready", i)
			}
			b.Learn(s)
			d.Learn(s)
		}
	})
}

// noise is what the direct way loses when it adds values that are large against their SD; the statistics on
// ranks and counts have none.
func noise(b *Baseline, w int) float64 {
	m, ok := b.Moments()
	if !ok {
		return 0
	}
	return 1e-15 * math.Abs(m.Mean) / m.SD * float64(w)
}

// The moments of a rolling baseline are those of its reference, computed anew, whatever came before.
func TestMomentsEqualRecomputation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := NewBaseline(BaselineConfig{Size: 100, MinN: 20, Mode: Rolling})
		for i, v := range append([]float64{1e308, -1e9}, series(rt, "values", 250)...) {
			b.Learn(Sample{At: int64(i), Values: []float64{v}})
		}
		got, ok := b.Moments()
		want, wantOK := robustMoments(b.Reference())
		if ok != wantOK || got != want {
			rt.Fatalf("%+v %v, recomputed %+v %v", got, ok, want, wantOK)
		}
		if ok && !(got.SD > 0) {
			rt.Fatalf("SD %v", got.SD)
		}
	})
}
