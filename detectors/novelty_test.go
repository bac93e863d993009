package detectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func newNoveltySubject(t *testing.T) (*subject, *novelty) {
	s := newSubject(t, "novelty")
	return s, s.detector.(*novelty)
}

// The distance is Σ (c + 1/2) ln(p/q) between the newest 50 readings and the most similar histogram that was kept, by
// its definition.
func TestModesEqualDirectComputation(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var sorted []float64
	for range 300 {
		sorted = append(sorted, math.Round(100*r.NormFloat64())/100)
	}
	slices.Sort(sorted)
	ref := newRanks(sorted, ranks{})
	m := modes{logs: newModeLogs()}
	m.cut(&ref)
	var newest []int
	var kept [][]int // histograms in the library
	for i := range 3000 {
		x := math.Round(100*r.NormFloat64())/100 + float64(i/200%5)*0.8
		asked, known := m.of(x)
		got, ok := m.learn(x)
		if ok != known || ok && asked != got {
			t.Fatalf("reading %d: asked %v %v, learned %v %v", i, asked, known, got, ok)
		}
		if newest = append(newest, m.bin(x)); len(newest) < modeReadings {
			continue
		}
		newest = newest[len(newest)-modeReadings:]
		now, want := make([]int, len(m.now)), math.Inf(1)
		for _, b := range newest {
			now[b]++
		}
		for _, mode := range kept {
			sum := 0.0
			for b, c := range now {
				sum += (float64(c) + 0.5) * math.Log((float64(c)+0.5)/(float64(mode[b])+0.5))
			}
			want = math.Min(want, sum)
		}
		if ok && math.Abs(got-want) > 1e-3 {
			t.Fatalf("reading %d: distance %v, directly %v", i, got, want)
		}
		if (!ok || got > modeNew[len(m.edges)]) && len(kept) < maxMode {
			kept = append(kept, now)
		}
	}
	if m.known < 3 || m.known != len(kept) {
		t.Errorf("%d modes known of %d kept", m.known, len(kept))
	}
}

// What is odd only by its company is told when it is new, and less so when it comes again. No single reading of it is.
func TestNoveltyTellsWhatIsNew(t *testing.T) {
	s, _ := newNoveltySubject(t)
	r := rand.New(rand.NewPCG(2, 3))
	at := int64(0)
	run := func(n int, next func() float64) (most float64) {
		for range n {
			at += 60e9
			x := Sample{At: at, Values: []float64{next()}}
			distance, _ := s.detector.Score(x)
			most = max(most, distance)
			s.learn(x)
		}
		return most
	}
	usual := func() float64 { return 7 + 0.1*r.NormFloat64() }
	narrow := func() float64 { return 7 + 0.01*r.NormFloat64() }
	run(2000, usual)
	calm := run(1000, usual)
	first := run(60, narrow)
	run(500, usual)
	second := run(60, narrow)
	if first < modeNew[9] || second > first-5 || calm > first-5 {
		t.Errorf("usual %.1f, a scatter that shrinks %.1f, the second time %.1f", calm, first, second)
	}
}

// The library is bounded: what was least recently alike leaves it.
func TestModesAreBounded(t *testing.T) {
	var sorted []float64
	for i := range 100 {
		sorted = append(sorted, float64(i))
	}
	ref := newRanks(sorted, ranks{})
	m := modes{logs: newModeLogs()}
	m.cut(&ref)
	half := func(bin int) (distance float64) { // of the readings in one bin
		for range modeReadings / 2 {
			distance, _ = m.learn(float64(10*bin + 5))
		}
		return distance
	}
	for a := range modeBins {
		for b := range a {
			half(a)
			half(b)
		}
	}
	if m.known != maxMode {
		t.Fatalf("%d modes, want %d", m.known, maxMode)
	}
	oldest := slices.Min(m.seen[:])
	half(0)
	half(9)
	half(0)
	if slices.Min(m.seen[:]) == oldest || m.known != maxMode {
		t.Errorf("the oldest mode is still there, of %d", m.known)
	}
	if d := half(9); d > modeNew[9] {
		t.Errorf("what was just seen is %v away", d)
	}
}

// A series that nearly always says the same has two bins, and one that always does has none.
func TestModesOfTiedReadings(t *testing.T) {
	for _, c := range []struct {
		levels int // below the commonest value, which is the greatest
		edges  int
	}{{0, 0}, {1, 1}, {18, 18}, {30, 1}} {
		s, d := newNoveltySubject(t)
		for i := range 300 {
			v := 50.0
			if i%100 < c.levels {
				v = float64(i % 100)
			}
			s.learn(Sample{At: int64(i), Values: []float64{v}})
		}
		if c.levels == 30 { // of a larger reference
			var sorted []float64
			for i := range 30 {
				sorted = append(sorted, float64(i))
			}
			ref := newRanks(append(sorted, slices.Repeat([]float64{50}, 970)...), ranks{})
			d.modes = modes{logs: newModeLogs()}
			d.modes.cut(&ref)
		}
		if len(d.modes.edges) != c.edges {
			t.Errorf("%d values below the commonest: %d edges, want %d", c.levels, len(d.modes.edges), c.edges)
		}
	}
}

// Where a detector knows many references, those that know one have no say in the one score.
func TestStands(t *testing.T) {
	names := []string{"zscore", "zmean", "ewma", "cusum", "ks", "psi", "stuck", "iforest", "novelty"}
	var dets []Detector
	for _, name := range names {
		dets = append(dets, newSubject(t, name).detector)
	}
	if got := Stands(dets[:8]); slices.Contains(got, false) {
		t.Errorf("without novelty %v", got)
	}
	want := []bool{true, false, false, false, false, false, false, true, true}
	if got := Stands(dets); !slices.Equal(got, want) {
		t.Errorf("with novelty %v, want %v", got, want)
	}
}

// When a new reference falls into one bin the bins are cut anew; while it still spreads over them they stay, and with them
// what is known.
func TestModesFollowTheReference(t *testing.T) {
	m := modes{logs: newModeLogs()}
	of := func(from, by float64) *ranks {
		var sorted []float64
		for i := range 200 {
			sorted = append(sorted, from+by*float64(i))
		}
		ref := newRanks(sorted, ranks{})
		return &ref
	}
	m.cut(of(0, 1))
	for range 60 {
		m.learn(3)
	}
	first := m.edges[0]
	if m.cut(of(30, 1)); m.edges[0] != first || m.known == 0 {
		t.Errorf("a reference a little higher took the bins from %v to %v, %d modes known", first, m.edges[0], m.known)
	}
	if m.cut(of(1000, 1)); m.edges[0] < 1000 || m.known != 0 {
		t.Errorf("of a reference far off the first edge is %v, %d modes known", m.edges[0], m.known)
	}
}
