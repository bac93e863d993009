package detectors

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// What was normal comes back bit for bit, whatever was learned since, and also when it was taken before the first
// reference or went through a restart.
func TestFormerComesBack(t *testing.T) {
	for name, readings := range map[string]int{"before the first reference": 70, "with a reference": 330} {
		for _, series := range []string{"two decimals", "all digits", "correlated"} {
			t.Run(name+", "+series, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(3, 4))
				last := 0.0
				draw := func() float64 {
					switch series {
					case "two decimals":
						return 100 + math.Round(100*rng.NormFloat64())/100
					case "correlated":
						last = 0.9*last + rng.NormFloat64()
						return last
					}
					return 100 + rng.NormFloat64()
				}
				b := NewBaseline(BaselineConfig{Size: 100, MinN: 20, Mode: Rolling})
				b.Stagger(5)
				b.watch(50)
				learn := func(from, n int, shift float64) {
					for i := range n {
						b.Learn(Sample{At: int64(from + i), Values: []float64{draw() + shift}})
					}
				}
				learn(0, readings, 0)
				b.Discard() // as an alert does
				want, was := b.Former(), *b
				if want == nil || len(want) > 60+8*readings+8 {
					t.Fatalf("the former baseline takes %d bytes", len(want))
				}
				b.Reset(1000)
				learn(1000, 260, 50)
				state := marshal(t, b)
				b = NewBaseline(b.cfg)
				b.Stagger(5)
				b.watch(50)
				if err := b.UnmarshalBinary(state); err != nil {
					t.Fatal(err)
				}
				version, resets := b.Version(), b.Resets()
				if err := b.RollBack(want, 2000); err != nil {
					t.Fatal(err)
				}
				if b.Version() != version+1 || b.Resets() != resets+1 || b.recent.n != 0 {
					t.Errorf("version %d, %d resets, %d newest readings", b.Version(), b.Resets(), b.recent.n)
				}
				before := b.N()
				b.Learn(Sample{At: 1999, Values: []float64{1e6}})
				if b.N() != before || b.recent.n != 0 {
					t.Error("a reading of before is learned")
				}
				for x := 90.0; x < 160; x += 0.7 {
					was.asked, b.asked = answer{}, answer{}
					if got, want := b.score(x), was.score(x); got != want {
						t.Fatalf("%g has the score %d, had %d", x, got, want)
					}
				}
				if m, _ := b.Moments(); m != was.about() {
					t.Errorf("moments %+v, were %+v", m, was.about())
				}
				b.version, b.resets, b.notBefore = was.version, was.resets, was.notBefore
				if got := b.Former(); !bytes.Equal(got, want) {
					t.Error("other bytes")
				}
			})
		}
	}
}

// Nothing is kept of what does not count, and what cannot be read changes nothing.
func TestFormerOfNothing(t *testing.T) {
	b := NewBaseline(BaselineConfig{Size: 100, MinN: 20, Mode: Rolling})
	for i := range 19 {
		b.Learn(Sample{At: int64(i), Values: []float64{float64(i)}})
	}
	if got := b.Former(); got != nil {
		t.Errorf("%d bytes of 19 readings", len(got))
	}
	before := marshal(t, b)
	if b.RollBack([]byte{baselineVersion, 0, 7}, 5) == nil || !bytes.Equal(marshal(t, b), before) {
		t.Error("damaged bytes were taken")
	}
}

// No detector speaks of readings from before a roll back: those with a window wait until it is full again.
func TestRollBackEmptiesWindows(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(Builtin())) {
		s := newSubject(t, name)
		if s.group() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(9, 9))
			at := int64(0)
			learn := func(n int, shift float64) {
				for range n {
					at++
					s.learn(Sample{At: at, Values: []float64{100 + rng.NormFloat64() + shift}})
				}
			}
			learn(300, 0)
			former := s.baseline.Former()
			s.baseline.Reset(at)
			learn(300, 40)
			if err := s.baseline.RollBack(former, at); err != nil {
				t.Fatal(err)
			}
			for range 100 {
				at++
				x := Sample{At: at, Values: []float64{100 + rng.NormFloat64()}}
				if score, ready := s.detector.Score(x); ready && score >= s.detector.(Limited).Limits().Warning {
					t.Fatalf("reading %d after the roll back scores %g", at-600, score)
				}
				s.learn(x)
			}
			x := Sample{At: at + 1, Values: []float64{100}}
			if _, ready := s.detector.Score(x); !ready {
				t.Error("not ready after 100 readings")
			}
		})
	}
}
