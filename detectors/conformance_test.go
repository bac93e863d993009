package detectors

import (
	"bytes"
	"math"
	"testing"
)

// The battery runs over every built-in: a new detector is held to the contract by its line in Builtin.

func TestScoreChangesNothing(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		twin := newSubject(t, s.name)
		wild := s.feed(5, 1)[0]
		for j := range wild.Values {
			wild.Values[j] = 1e9
		}
		for i, x := range s.feed(1, 450) {
			d0, b0 := s.state(t)
			first, ready := s.detector.Score(x)
			s.detector.Score(wild)
			again, readyAgain := s.detector.Score(x)
			if math.Float64bits(first) != math.Float64bits(again) || ready != readyAgain {
				t.Fatalf("second score %v %v, first %v %v", again, readyAgain, first, ready)
			}
			if i%2 == 0 {
				s.detector.Score(wild)
			}
			d1, b1 := s.state(t)
			if !bytes.Equal(d0, d1) || !bytes.Equal(b0, b1) {
				t.Fatal("Score changed the state")
			}
			s.learn(x)
			twin.learn(x) // never scores
			if i%5 == 0 { // the same values again, unscored: nothing may be remembered of the first score
				s.learn(x)
				twin.learn(x)
			}
		}
		a, _ := s.state(t)
		b, _ := twin.state(t)
		if !bytes.Equal(a, b) {
			t.Fatal("a detector that scored and one that only learned differ")
		}
	})
}

// These have a Fetch: the engine would do without one in silence.
var _ = []Fetcher{&zscore{}, &zmean{}, &ewma{}, &cusum{}, &ks{}, &psi{}, &stuck{}, &novelty{}}

// Fetch only reads: whatever value is announced, to a detector that is young, has a reference, was reset or restored, it
// says and becomes what its twin does for which no memory is fetched.
func TestFetchChangesNothing(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		if _, ok := s.detector.(Fetcher); !ok {
			t.Skip("has no Fetch")
		}
		twin := newSubject(t, s.name)
		for i, x := range s.feed(4, 1300) {
			if i == 900 {
				s.baseline.Reset(x.At)
				twin.baseline.Reset(x.At)
			}
			if i == 600 || i == 950 {
				s.restart(t)
				twin.restart(t)
			}
			for _, v := range []float64{x.Value(), math.Inf(1), math.Inf(-1), math.NaN(), -1e300} {
				s.detector.(Fetcher).Fetch(v)
				s.baseline.Fetch(v)
			}
			got, ready := s.detector.Score(x)
			want, twinReady := twin.detector.Score(x)
			if math.Float64bits(got) != math.Float64bits(want) || ready != twinReady {
				t.Fatalf("sample %d: score %v %v, without fetching %v %v", i, got, ready, want, twinReady)
			}
			s.learn(x)
			twin.learn(x)
		}
		d0, b0 := s.state(t)
		d1, b1 := twin.state(t)
		if !bytes.Equal(d0, d1) || !bytes.Equal(b0, b1) {
			t.Fatal("Fetch changed the state")
		}
	})
}

// Every built-in derives levels, explains itself and states its memory, which does not grow once full; what a reference
// takes depends on how many of its values are equal.
func TestBuiltinsAreComplete(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		var full int
		for i, x := range s.feed(2, 1600) {
			s.detector.Score(x)
			s.learn(x)
			if i == 800 {
				full = s.detector.(Sized).Bytes() + s.baseline.Bytes()
			}
		}
		if now := s.detector.(Sized).Bytes() + s.baseline.Bytes(); now > full+full/4 || full < 64 {
			t.Errorf("%d bytes at 800 samples, %d at 1600", full, now)
		}
		x := s.feed(2, 1)[0]
		before := s.detector.(Explainer).Explain(x)
		s.detector.Score(x)
		s.learn(x)
		after := s.detector.(Explainer).Explain(x)
		if before.Statistic == "" || before.Baseline.N == 0 || before.Current.N == 0 {
			t.Errorf("evidence %+v", before)
		}
		if before.Current != after.Current || before.Since != after.Since || before.Direction != after.Direction {
			t.Errorf("evidence before learning %+v, after it %+v", before, after)
		}
	})
}

func TestNotReadyIsNotHealthy(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		feed := s.feed(1, 450)
		if _, ready := s.detector.Score(feed[0]); ready {
			t.Fatal("ready before it learned anything")
		}
		from := -1
		for i, x := range feed {
			score, ready := s.detector.Score(x)
			if ready && from < 0 {
				from = i
			}
			if !ready && from >= 0 {
				t.Fatalf("ready at %d, not ready at %d", from, i)
			}
			if !ready && score != 0 {
				t.Fatalf("score %v without being ready", score)
			}
			s.learn(x)
		}
		if from < 0 {
			t.Fatal("never ready")
		}
		t.Logf("ready at sample %d", from)
	})
}

func TestRestartEqualsNoRestart(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		for _, every := range []int{1, 7, 64, 101} {
			straight, cut := newSubject(t, s.name), newSubject(t, s.name)
			for i, x := range s.feed(3, 700) {
				if i == 430 && straight.baseline != nil {
					straight.baseline.Reset(x.At)
					cut.baseline.Reset(x.At)
				}
				if i%every == 0 {
					cut.restart(t)
				}
				a, readyA := straight.detector.Score(x)
				if i%every == every/2 {
					cut.restart(t) // between Score and Learn too
				}
				b, readyB := cut.detector.Score(x)
				if math.Float64bits(a) != math.Float64bits(b) || readyA != readyB {
					t.Fatalf("cut every %d, sample %d: %v %v, without a cut %v %v", every, i, b, readyB, a, readyA)
				}
				if la, lb := limits(straight.detector), limits(cut.detector); la != lb {
					t.Fatalf("cut every %d, sample %d: limits %v, without a cut %v", every, i, lb, la)
				}
				straight.learn(x)
				cut.learn(x)
			}
			d1, b1 := straight.state(t)
			d2, b2 := cut.state(t)
			if !bytes.Equal(d1, d2) || !bytes.Equal(b1, b2) {
				t.Fatalf("cut every %d: other bytes at the end", every)
			}
		}
	})
}

func limits(d Detector) Limits { return d.(Limited).Limits() }

// After a reset a detector knows no more than a new one: not the values that its window held either, even
// when the window is longer than the baseline.
func TestResetForgets(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		if s.group() {
			t.Skip("SKIPPED: a group has no baseline")
		}
		maker, err := Builtin()[s.name](func(c any) error {
			switch c := c.(type) {
			case *ZMeanConfig:
				c.Window = 48
			case *KSConfig:
				c.Window = 150
			case *PSIConfig:
				c.Window = 150
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.maker = maker
		s.fresh()
		for _, x := range s.feed(13, 260) {
			s.learn(x)
		}
		s.baseline.Reset(0)
		n := newSubject(t, s.name)
		n.maker = maker
		n.fresh()
		for i, x := range s.feed(14, 400) {
			a, readyA := s.detector.Score(x)
			b, readyB := n.detector.Score(x)
			if a != b || readyA != readyB {
				t.Fatalf("sample %d after the reset: %v %v, a new detector %v %v", i, a, readyA, b, readyB)
			}
			s.learn(x)
			n.learn(x)
		}
	})
}

func TestSameSeedSameScores(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		twin := newSubject(t, s.name)
		for i, x := range s.feed(4, 400) {
			a, _ := s.detector.Score(x)
			b, _ := twin.detector.Score(x)
			if math.Float64bits(a) != math.Float64bits(b) {
				t.Fatalf("sample %d: %v and %v", i, a, b)
			}
			s.learn(x)
			twin.learn(x)
		}
	})
}
