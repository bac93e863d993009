package detectors

import (
	"bytes"
	"encoding"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestDecodeIsStrict(t *testing.T) {
	battery(t, func(t *testing.T, s *subject) {
		for _, x := range s.feed(10, 300) {
			s.learn(x)
		}
		state, base := s.state(t)
		check := func(what string, into encoding.BinaryUnmarshaler, good []byte) {
			for i := range good {
				if err := into.UnmarshalBinary(good[:i]); err == nil {
					t.Fatalf("%s: %d of %d bytes accepted", what, i, len(good))
				}
				if i > 200 {
					break // the fuzz test goes on from here
				}
			}
			if err := into.UnmarshalBinary(append(slices.Clone(good), 0)); err == nil {
				t.Fatalf("%s: a byte too many accepted", what)
			}
			newer := slices.Clone(good)
			newer[0]++
			if err := into.UnmarshalBinary(newer); err == nil || !strings.Contains(err.Error(), "version") {
				t.Fatalf("%s: a newer version: %v", what, err)
			}
			if err := into.UnmarshalBinary(good); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		check(s.name, s.detector, state)
		if again := marshal(t, s.detector); !bytes.Equal(state, again) {
			t.Fatal("refused bytes changed the detector")
		}
		if s.baseline != nil {
			check("baseline", s.baseline, base)
		}
	})
}

func FuzzDecode(f *testing.F) {
	names := append(slices.Sorted(maps.Keys(Builtin())), "baseline")
	for i, name := range names[:len(names)-1] {
		s := newSubject(f, name)
		for _, x := range s.feed(11, 150) {
			s.learn(x)
		}
		b, _ := s.detector.MarshalBinary()
		f.Add(uint8(i), b)
		if s.baseline != nil {
			b, _ = s.baseline.MarshalBinary()
			f.Add(uint8(len(names)-1), b)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		name := names[int(which)%len(names)]
		if name == "baseline" {
			b := NewBaseline(DefaultBaseline())
			if b.UnmarshalBinary(data) == nil {
				b.Learn(Sample{Values: []float64{1}})
			}
			return
		}
		s := newSubject(t, name)
		if s.detector.UnmarshalBinary(data) != nil {
			return
		}
		for _, x := range s.feed(12, 3) {
			if score, _ := s.detector.Score(x); !finite(score) {
				t.Fatalf("score %v", score)
			}
			s.learn(x)
		}
		once := marshal(t, s.detector)
		s.restart(t)
		if !bytes.Equal(once, marshal(t, s.detector)) {
			t.Fatal("state changes when it is written and read")
		}
	})
}
