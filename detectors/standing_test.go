package detectors

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// The one score knows each fault by its direction, and has none while nothing is wrong or nothing is known.
func TestStandingOfFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(rng *rand.Rand) float64
		among []string
		want  Direction
	}{
		"higher":   {func(rng *rand.Rand) float64 { return 103 + rng.NormFloat64() }, []string{"zscore", "zmean", "ewma", "cusum", "ks", "psi"}, High},
		"lower":    {func(rng *rand.Rand) float64 { return 97 + rng.NormFloat64() }, []string{"zscore", "zmean", "ewma", "cusum", "ks", "psi"}, Low},
		"wider":    {func(rng *rand.Rand) float64 { return 100 + 3*rng.NormFloat64() }, []string{"ks", "psi"}, Wider},
		"narrower": {func(rng *rand.Rand) float64 { return 100 + 0.2*rng.NormFloat64() }, []string{"ks", "psi"}, Narrower},
		"stuck":    {func(*rand.Rand) float64 { return 100.5 }, []string{"stuck"}, Narrower},
		"combined": {func(rng *rand.Rand) float64 { return 100 + 50*rng.NormFloat64() }, []string{"iforest"}, Pattern},
	} {
		t.Run(name, func(t *testing.T) {
			for _, detector := range c.among {
				s := newSubject(t, detector)
				usual := NewRarity()
				rng := rand.New(rand.NewPCG(8, 8))
				at := int64(0)
				hear := func(value func(*rand.Rand) float64) (now Standing) {
					at++
					x := Sample{At: at, Values: []float64{value(rng)}}
					if s.group() {
						x.Values = append(x.Values, value(rng))
					}
					if score, ready := s.detector.Score(x); ready {
						now.Hear(s.detector, &usual, score, x)
					}
					s.learn(x)
					return now
				}
				healthy := func(rng *rand.Rand) float64 { return 100 + rng.NormFloat64() }
				if now := hear(healthy); now != (Standing{}) {
					t.Fatalf("%s: the first reading stands at %+v", detector, now)
				}
				rare, n := 0, 0
				for range 3000 {
					now := hear(healthy)
					if now.Known {
						n++
					}
					if now.Direction != Undirected {
						rare++
					}
					if (now.Score >= Rare) != (now.Direction != Undirected) || now.Known && !(now.Score >= 0 && now.Score <= 1) {
						t.Fatalf("%s: %+v", detector, now)
					}
				}
				if n < 1000 || rare > n/20 {
					t.Errorf("%s: %d of %d healthy readings are rare", detector, rare, n)
				}
				seen := map[Direction]int{}
				for range 60 {
					seen[hear(c.fault).Direction]++
				}
				if seen[c.want] < 12 {
					t.Errorf("%s: the directions are %v, want %v", detector, seen, c.want)
				}
			}
		})
	}
}

// Every built-in says a direction, without memory.
func TestEveryDetectorIsDirected(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(Builtin())) {
		s := newSubject(t, name)
		feed := s.feed(3, 400)
		for _, x := range feed[:399] {
			s.learn(x)
		}
		directed, ok := s.detector.(Directed)
		if !ok {
			t.Errorf("%s has no direction", name)
			continue
		}
		s.detector.Score(feed[399])
		if n := testing.AllocsPerRun(20, func() { directed.Direction(feed[399]) }); n != 0 {
			t.Errorf("%s: %g allocations", name, n)
		}
	}
}

func TestWorst(t *testing.T) {
	none, zero := Standing{}, Standing{Known: true}
	high, low := Standing{0.9, High, true}, Standing{0.9, Low, true}
	for _, c := range [][3]Standing{{none, none, none}, {none, zero, zero}, {zero, high, high}, {high, low, low}, {high, high, high}} {
		if got, back := c[0].Worst(c[1]), c[1].Worst(c[0]); got != c[2] || back != c[2] {
			t.Errorf("of %+v and %+v: %+v, %+v the other way round", c[0], c[1], got, back)
		}
	}
	for d := Undirected; d <= Pattern; d++ {
		if (d.String() == "") != (d == Undirected) {
			t.Errorf("direction %d is %q", d, d)
		}
	}
	if got := unsafe.Sizeof(Rarity{}); got > RarityBytes {
		t.Errorf("a Rarity takes %d bytes", got)
	}
}
