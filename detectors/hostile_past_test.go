package detectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Whatever a series went through, once blocks of good readings have passed nothing of it is left (a block that spans a
// change looks correlated, and the next are collected further apart until they show that they need not be): the reference is
// made of good readings alone, and moments, D and the shares of the bins equal a recomputation from scratch.
func TestNothingIsLeftOfBadInput(t *testing.T) {
	past := map[string]func(i int, good float64) float64{
		"1e308":          func(i int, _ float64) float64 { return 1e308 * float64(1-2*(i%2)) },
		"not a number":   func(i int, good float64) float64 { return []float64{math.NaN(), math.Inf(1), good, math.Inf(-1)}[i%4] },
		"denormals":      func(i int, _ float64) float64 { return 5e-324 * float64(i%3) },
		"constant":       func(int, float64) float64 { return 7 },
		"another unit":   func(_ int, good float64) float64 { return good * 18.016 },
		"many decimals":  func(i int, good float64) float64 { return good + math.Sqrt(float64(i))*1e-7 },
		"one wild value": func(i int, good float64) float64 { return []float64{good, 1e9}[max(0, i-248)] },
	}
	for name, bad := range past {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			s := newSubject(t, "ks")
			var newest []float64
			calm := 0 // readings since each of them counts
			for i := 0; i < 900 || calm < 60 && i < 30_000; i++ {
				if calm++; s.baseline.Stride() > 1 {
					calm = 0
				}
				good := math.Round(700+20*r.NormFloat64()) / 100
				v := good
				if i >= 150 && i < 400 {
					v = bad(i-150, good)
				}
				x := Sample{At: int64(i), Values: []float64{v}}
				s.detector.Score(x)
				s.learn(x)
				newest = append(newest, v)
				s.restartIf(t, i < 900 && i%37 == 0)
			}
			b, win := s.baseline, newest[len(newest)-50:]
			ref := b.ranks.values()
			if b.Stride() != 1 || ref[0] < 5 || ref[len(ref)-1] > 9 {
				t.Fatalf("stride %d, reference from %v to %v", b.Stride(), ref[0], ref[len(ref)-1])
			}
			m, ok := b.Moments()
			kept := plainMoments(slices.DeleteFunc(slices.Clone(ref), func(v float64) bool {
				return math.Abs(b.fit.scale.of(v)-middle(scaledBy(b.fit.scale, ref))) > trimAt*madToSD*quantileOfDistances(scaledBy(b.fit.scale, ref), middle(scaledBy(b.fit.scale, ref)), 0)
			}))
			if !ok || m.N != kept.N || math.Abs(m.Mean-kept.Mean) > 1e-9 || math.Abs(m.SD-kept.SD) > 1e-9 {
				t.Fatalf("moments %+v, recomputed %+v", m, kept)
			}
			last := Sample{At: 900, Values: []float64{7}}
			if d, ready := s.detector.Score(last); !ready || d != definedD(ref, append(slices.Clone(win[1:]), 7)) {
				t.Fatalf("D %v %v, recomputed %v", d, ready, definedD(ref, append(slices.Clone(win[1:]), 7)))
			}
		})
	}
}

func scaledBy(c normalizer, xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = c.of(x)
	}
	return out
}
