package detectors

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// FuzzPast gives a series any past at all: numbers of any bits, times that go back, suspects, resets, holds, discarded
// blocks. Meanwhile scores and limits are numbers, and one that is written and read now and then says the same.
// Once good readings have passed, nothing of it is left, see assertClean; novelty alone is there to remember.
func FuzzPast(f *testing.F) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(Builtin())), func(name string) bool { return newSubject(f, name).group() })
	for i := range names {
		f.Add(byte(i), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
		f.Add(byte(i), bytes.Repeat([]byte{0, 0, 0, 129, 18}, 60))
		f.Add(byte(i), bytes.Repeat([]byte{0, 0, 3, 0, 0, 160, 3, 9}, 50))
		f.Add(byte(i), bytes.Repeat([]byte{4, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xEF, 0x7F, 5}, 40))
		f.Add(byte(i), slices.Concat(make([]byte, 50), []byte{9}, bytes.Repeat([]byte{0, 0, 128}, 50)))
		f.Add(byte(i), append(bytes.Repeat([]byte{5}, 150), bytes.Repeat([]byte{6, 0, 135}, 80)...))
	}
	f.Fuzz(func(t *testing.T, which byte, past []byte) {
		if len(past) > 400 { // four blocks
			return
		}
		name := names[int(which)%len(names)]
		s, cut := newSubject(t, name), newSubject(t, name)
		r := rand.New(rand.NewPCG(3, 4))
		good := func() float64 { return math.Round(700+20*r.NormFloat64()) / 100 }
		at, last := int64(0), 7.0
		for rest := past; len(rest) > 0; {
			op := rest[0]
			rest = rest[1:]
			x := Sample{At: at, Values: []float64{good()}}
			at++
			switch op % 16 {
			case 1:
				x.Values[0] = hostile[int(op/16)%len(hostile)]
			case 2:
				x.Values[0] *= 18.016 // another unit
			case 3:
				x.At -= int64(op) * 1e9
			case 4:
				if len(rest) >= 8 {
					x.Values[0] = math.Float64frombits(binary.LittleEndian.Uint64(rest))
					rest = rest[8:]
				}
			case 5:
				x.Values[0] = last
			case 6:
				x.Values[0] += math.Sqrt(float64(at)) * 1e-7 // many decimals
			case 7:
				x.Suspect = true
			case 8:
				x.Values[0] = 5e-324 * float64(op/16)
			case 9:
				s.baseline.Reset(at)
				cut.baseline.Reset(at)
			case 10:
				s.baseline.Hold(op > 127)
				cut.baseline.Hold(op > 127)
			case 11:
				s.baseline.Discard()
				cut.baseline.Discard()
			case 12:
				x.Values[0] = last + 1
			}
			last = x.Values[0]
			cut.restartIf(t, op > 127)
			a, readyA := s.detector.Score(x)
			b, readyB := cut.detector.Score(x)
			if !finite(a) || math.Float64bits(a) != math.Float64bits(b) || readyA != readyB || limits(s.detector) != limits(cut.detector) {
				t.Fatalf("%s, %v: %v %v, after a restart %v %v", name, x, a, readyA, b, readyB)
			}
			s.learn(x)
			cut.learn(x)
		}
		s.baseline.Hold(false)
		if name == "novelty" {
			return // it remembers what was seen
		}
		assertClean(t, s, good, max(at, s.baseline.notBefore))
	})
}

// assertClean feeds good readings, 6 to 8, until all else has passed. Then the reference is made of them alone, moments
// are those computed anew from it, and the score is that of a new detector which sees only the reference and the newest
// readings.
func assertClean(t *testing.T, s *subject, good func() float64, at int64) {
	t.Helper()
	var newest []Sample
	calm := 0 // readings since each of them counts
	for i := 0; i < 500 || calm < 250; i++ {
		if calm++; s.baseline.Stride() > 1 {
			calm = 0
		}
		if i == 60_000 {
			t.Fatalf("%s: stride %d after %d good readings", s.name, s.baseline.Stride(), i)
		}
		x := Sample{At: at + int64(i), Values: []float64{good()}}
		s.detector.Score(x)
		s.learn(x)
		newest = append(newest, x)
	}
	b := s.baseline
	ref := b.ranks.values()
	if !b.anchored() || ref[0] < 5 || ref[len(ref)-1] > 9 {
		t.Fatalf("%s: reference %v", s.name, ref)
	}
	want, ok := fitTo(ref)
	if got, known := b.Moments(); got != want.moments || known != ok {
		t.Fatalf("%s: moments %+v, computed anew %+v", s.name, got, want.moments)
	}
	fresh := newSubject(t, s.name)
	state := *b
	fresh.baseline.hasRef, fresh.baseline.version, fresh.baseline.runs = true, 1, state.runs
	fresh.baseline.spacing = state.spacing
	fresh.baseline.ranks = newRanks(ref, ranks{})
	fresh.baseline.fitTo(ref)
	fresh.baseline.Hold(true)
	for _, x := range newest[len(newest)-200:] {
		fresh.learn(x)
	}
	x := Sample{At: at + int64(len(newest)), Values: []float64{7}}
	got, ready := s.detector.Score(x)
	if anew, known := fresh.detector.Score(x); got != anew || ready != known {
		t.Fatalf("%s: score %v %v, computed anew %v %v", s.name, got, ready, anew, known)
	}
	if got, anew := limits(s.detector), limits(fresh.detector); got != anew {
		t.Fatalf("%s: limits %v, computed anew %v", s.name, got, anew)
	}
}
