package detectors

import (
	"bytes"
	"testing"
)

// testdata/states.json was written by the builds that had these state versions: what `small` makes of 230 samples of
// seed 21, and the scores of the next 30, none of which is learned.
type writtenState struct {
	Name               string
	Version            byte
	Detector, Baseline []byte
	Scores             []float64
}

// State of an older version is read, and goes on as it would have.
func TestOlderStateIsRead(t *testing.T) {
	var states []writtenState
	golden(t, "states.json", &states)
	if len(states) < 3 {
		t.Fatal("golden file is too short")
	}
	for _, w := range states {
		s := newSubject(t, w.Name)
		if w.Detector[0] != w.Version {
			t.Fatalf("%s: version %d, want %d", w.Name, w.Detector[0], w.Version)
		}
		if !s.group() {
			if err := s.baseline.UnmarshalBinary(w.Baseline); err != nil {
				t.Fatalf("%s: %v", w.Name, err)
			}
		}
		if err := s.detector.UnmarshalBinary(w.Detector); err != nil {
			t.Fatalf("%s: %v", w.Name, err)
		}
		feed := s.feed(21, 260)[230:]
		for i, x := range feed {
			score, ready := s.detector.Score(x)
			if !ready {
				t.Fatalf("%s: not ready", w.Name)
			}
			near(t, w.Name, score, w.Scores[i], 1e-6) // paths of trees were float32 once
		}
		s.restart(t)
		for i, x := range feed {
			score, _ := s.detector.Score(x)
			near(t, w.Name+" written anew", score, w.Scores[i], 1e-6)
		}
		for _, x := range feed {
			s.learn(x)
		}
		before, _ := s.state(t)
		s.restart(t)
		if after, _ := s.state(t); !bytes.Equal(before, after) {
			t.Fatalf("%s: state changes when it is written and read", w.Name)
		}
	}
}
