package detectors

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
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
		ref := b.ranks.values()
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
		if !base.anchored() {
			return math.NaN()
		}
		ref := base.ranks.values()
		var b psiBins
		b.build(&base.ranks, 10, len(win))
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
		sum := 0.0
		for _, u := range directScores(b, win) {
			sum += u
		}
		return math.Abs(sum) / math.Sqrt(24)
	})
}

func TestEWMAEqualsDirectComputation(t *testing.T) {
	compareToDirect(t, "ewma", 64, func(b *Baseline, win []float64) float64 {
		if b.Reference() == nil {
			return math.NaN()
		}
		z := 0.0
		for _, u := range directScores(b, win) {
			z += 0.1 * (u - z)
		}
		return math.Abs(z) / math.Sqrt(0.1/1.9)
	})
}

func TestCUSUMEqualsDirectComputation(t *testing.T) {
	compareToDirect(t, "cusum", 128, func(b *Baseline, win []float64) float64 {
		if b.Reference() == nil {
			return math.NaN()
		}
		greatest := 0.0
		for _, k := range []float64{0.25, 0.5} {
			high, low := 0.0, 0.0
			for _, u := range directScores(b, win) {
				high, low = math.Max(0, high+u-k), math.Max(0, low-u-k)
			}
			greatest = math.Max(greatest, 2*k*math.Max(high, low))
		}
		return greatest
	})
}

// directScores are standardized normal scores by counting. NaN for a series without a scale.
func directScores(b *Baseline, win []float64) []float64 {
	known := b.ranks.values()
	if _, ok := b.Moments(); !ok {
		return []float64{math.NaN()}
	}
	score := func(x float64) float64 {
		below, equal := 0, 0
		for _, v := range known {
			if v < x {
				below++
			} else if v == x {
				equal++
			}
		}
		p := (float64(below) + float64(equal+1)/2) / float64(len(known)+1)
		return distuv.UnitNormal.Quantile(p)
	}
	own := make([]float64, len(known))
	for i, x := range known {
		own[i] = score(x)
	}
	m := plainMoments(own)
	sd := m.SD * math.Sqrt(float64(m.N-1)/float64(m.N))
	out := make([]float64, len(win))
	for i, x := range win {
		out[i] = (score(x) - m.Mean) / math.Max(0.9, sd)
	}
	return out
}

// compareToDirect feeds a rolling baseline of 100 and a window of w, and compares each score with what direct
// makes of the baseline and of the newest w values, the scored one included.
//
// Integer scores are good to 2⁻²¹ each, which an average of 19 readings' worth shows as 2e-6 SD at worst.
func compareToDirect(t *testing.T, name string, w int, direct func(b *Baseline, win []float64) float64) {
	tolerance := map[string]float64{"ks": 1e-12, "psi": 1e-12, "zmean": 1e-5, "cusum": 1e-4, "ewma": 1e-5}[name]
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
			if b.Stride() > 1 {
				return // see TestThinnedWindowEqualsDirectComputation
			}
			if ready && i >= w {
				if i%3 == 0 { // a sample that is scored and then not learned must leave no trace
					d.Score(Sample{Values: []float64{v + 1}})
				}
				want := direct(b, values[i-w+1:i+1])
				if !(math.Abs(score-want) <= tolerance*math.Max(1, want)) {
					rt.Fatalf("sample %d: %v, directly %v", i, score, want)
				}
			} else if i >= w && b.Reference() != nil && !math.IsNaN(direct(b, values[i-w+1:i+1])) {
				rt.Fatalf("sample %d: not ready", i)
			}
			b.Learn(s)
			d.Learn(s)
		}
	})
}

// On an AR(1) series of 0.9 the window is every stride-th reading, and in between the score stays.
func TestThinnedWindowEqualsDirectComputation(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	b := NewBaseline(DefaultBaseline())
	m, err := Builtin()["ks"](small)
	if err != nil {
		t.Fatal(err)
	}
	d := m(Env{Baseline: b})
	x, last, compared := 0.0, 0.0, 0
	version := b.Version()
	var counted []float64
	for i := range 9000 {
		x = 0.9*x + r.NormFloat64()
		s := Sample{At: int64(i), Values: []float64{x}}
		counts := b.Stride() > 1 && b.recent.due()
		score, ready := d.Score(s)
		if counts {
			counted = append(counted, x)
		}
		if n := len(counted); ready && n > 60 {
			win, ref, far := counted[n-50:], b.ranks.values(), 0.0
			for _, at := range [][]float64{ref, win} {
				for _, x := range at {
					far = math.Max(far, math.Abs(shareUpTo(ref, x)-shareUpTo(win, x)))
				}
			}
			if math.Abs(score-far) > 1e-12 || !counts && version == b.Version() && score != last {
				t.Fatalf("sample %d: %v, directly %v, before %v", i, score, far, last)
			}
			compared++
		}
		last, version = score, b.Version()
		b.Learn(s)
		d.Learn(s)
	}
	e := d.(Explainer).Explain(Sample{Values: []float64{x}})
	if compared < 1000 || e.Thinned < 10 || e.Thinned > 30 || math.Abs(e.Correlation-0.9) > 0.06 || e.Current.N != 50 {
		t.Fatalf("%d compared, evidence %+v", compared, e)
	}
}

// The moments of a rolling baseline are those of its reference, computed anew, whatever came before.
func TestMomentsEqualRecomputation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := NewBaseline(BaselineConfig{Size: 100, MinN: 20, Mode: Rolling})
		for i, v := range append([]float64{1e308, -1e9}, series(rt, "values", 250)...) {
			b.Learn(Sample{At: int64(i), Values: []float64{v}})
		}
		got, ok := b.Moments()
		f, wantOK := fitTo(b.ranks.values())
		want := f.moments
		if ok != wantOK || got != want {
			rt.Fatalf("%+v %v, recomputed %+v %v", got, ok, want, wantOK)
		}
		if ok && !(got.SD > 0) {
			rt.Fatalf("SD %v", got.SD)
		}
	})
}
