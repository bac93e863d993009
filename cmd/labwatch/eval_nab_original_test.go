package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/go-json-experiment/json"
)

// TestNABAgainstOriginal compares random corpora with the benchmark's own scorer, which is not in this repository.
func TestNABAgainstOriginal(t *testing.T) {
	checkout := os.Getenv("LABWATCH_NAB")
	if checkout == "" {
		t.Skip("SKIPPED: no comparison with NAB's own scorer: set LABWATCH_NAB to a checkout of github.com/numenta/NAB")
	}
	type file struct {
		Scores  []float64 `json:"scores"`
		Windows [][2]int  `json:"windows"`
	}
	type corpus struct {
		Profile [3]float64 `json:"profile"`
		Files   []file     `json:"files"`
	}
	r := rand.New(rand.NewPCG(1, 2))
	var corpora []corpus
	var want []float64
	for n := range 300 {
		p := []nabProfile{nabStandard, nabLowFP, nabLowFN}[n%3]
		c := corpus{Profile: [3]float64{p.tp, p.fp, p.fn}}
		var points []nabPoint
		windows := 0
		for range 1 + r.IntN(4) {
			f := file{Scores: make([]float64, 50+r.IntN(8000)), Windows: [][2]int{}}
			var events []evalEvent
			for from := r.IntN(len(f.Scores)); from < len(f.Scores)-20; from += 15 + r.IntN(len(f.Scores)) {
				last := from + 2 + r.IntN(12)
				f.Windows = append(f.Windows, [2]int{from, last})
				events = append(events, evalEvent{from, last + 1})
			}
			for i := range f.Scores {
				f.Scores[i] = float64(r.IntN(1000)) / 1000 // ties
				for _, e := range events {
					if i >= e.from && i < e.to {
						f.Scores[i] *= 1 + 0.1*r.Float64()
					}
				}
			}
			points = append(points, nabPoints(f.Scores, events, windows, p)...)
			windows += len(events)
			c.Files = append(c.Files, f)
		}
		if windows == 0 {
			continue
		}
		score, _ := nabScore(points, windows, p)
		corpora, want = append(corpora, c), append(want, score)
	}
	in, err := json.Marshal(corpora)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "testdata/nab/original.py", checkout)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run NAB's scorer: %v", err)
	}
	var original []float64
	if err := json.Unmarshal(out, &original); err != nil {
		t.Fatal(err)
	}
	positive := 0
	for i, o := range original {
		if !near(o, want[i], 1e-9) {
			t.Errorf("corpus %d: %v, NAB's scorer says %v", i, want[i], o)
		}
		if o > 0 {
			positive++
		}
	}
	if len(original) != len(want) || positive < len(want)/2 {
		t.Errorf("%d of %d scores are above 0: the corpora test too little", positive, len(want))
	}
}
