package main

import (
	"math"
	"testing"
)

// The values that the benchmark's documentation gives for the ends and the middle of a window and one width after it.
func TestNABSigmoid(t *testing.T) {
	for position, want := range map[float64]float64{-1: 0.98661, -0.5: 0.84828, 0: 0, 1: -0.98661, 3.01: -1} {
		if got := nabSigmoid(position); !near(got, want, 5e-6) {
			t.Errorf("nabSigmoid(%v) = %v, want %v", position, got, want)
		}
	}
}

// scaled is the sigmoid of the paper, in its own form, so that the expectations do not rest on the code under test.
func scaled(y float64) float64 { return 2*(1/(1+math.Exp(5*y))) - 1 }

// A file of 100 records has 15 on probation. Scores are 0 but for alarms, which are 1.
func TestNABByHand(t *testing.T) {
	windows := []evalEvent{{40, 50}, {70, 80}}
	const null, perfect = -2.0, 2.0
	out := func(sum float64) float64 { return 100 * (sum - null) / (perfect - null) }
	cases := []struct {
		name   string
		alarms []int
		want   float64
	}{
		{"silence", nil, 0},
		{"perfect", []int{40, 70}, 100},
		{"one window at its start", []int{40}, out(1 - 1)},
		{"only the best alarm of a window counts", []int{40, 41, 45}, out(1 - 1)},
		{"the middle of a window", []int{45, 70}, out(scaled(-0.5)/scaled(-1) + 1)},
		{"its last record", []int{49, 70}, out(scaled(-0.1)/scaled(-1) + 1)},
		{"false before all windows", []int{20, 40, 70}, out(2 - 0.11)},
		{"on probation nothing counts", []int{3, 14, 40, 70}, 100},
		{"just after a window", []int{40, 51, 70}, out(2 + 0.11*scaled(2.0/9))},
		{"long after it", []int{40, 70, 99}, out(2 + 0.11*scaled(20.0/9))},
		{"false alarms alone: silence is better", []int{20, 21, 22}, 0},
	}
	for _, c := range cases {
		scores := make([]float64, 100)
		for _, i := range c.alarms {
			scores[i] = 1
		}
		got, _ := nabScore(nabPoints(scores, windows, 0, nabStandard), len(windows), nabStandard)
		if !near(got, c.want, 1e-9) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// One threshold serves the corpus: what helps one file and hurts another is weighed.
func TestNABOneThreshold(t *testing.T) {
	low, high := make([]float64, 100), make([]float64, 100)
	low[40], high[40] = 1, 3
	for i := 60; i < 60+12; i++ {
		high[i] = 2 // twelve false alarms, each worth -0.11 or nearly, against one window found
	}
	windows := []evalEvent{{40, 50}}
	corpus := func(p nabProfile) []nabPoint {
		return append(nabPoints(low, windows, 0, p), nabPoints(high, windows, 1, p)...)
	}
	for name, c := range map[string]struct {
		profile nabProfile
		want    float64
	}{
		// From the threshold of 1 on, low's window is found at the price of the false alarms: gain 2 of 1 + 1 (or 1 + 2).
		"standard": {nabStandard, 1},
		"low FP":   {nabLowFP, 3}, // 12 x 0.22 cost more than the window is worth
		"low FN":   {nabLowFN, 1},
	} {
		if _, threshold := nabScore(corpus(c.profile), 2, c.profile); threshold != c.want {
			t.Errorf("%s: threshold %v, want %v", name, threshold, c.want)
		}
	}
	if got, _ := nabScore(corpus(nabLowFN), 2, nabLowFN); got <= 50 || got >= 100 {
		t.Errorf("low FN: %v, want between 50 and 100", got)
	}
	if got, _ := nabScore(corpus(nabLowFP), 2, nabLowFP); !near(got, 50, 1e-9) {
		t.Errorf("low FP: %v, want 50, one of two windows", got)
	}
}

func TestNABProbationIsBounded(t *testing.T) {
	scores := make([]float64, 10000)
	points := nabPoints(scores, nil, 0, nabStandard)
	if points[749].window != nabOnProbation || points[750].window != nabOutside {
		t.Errorf("probation of 10,000 records ends elsewhere than after 750")
	}
}
