package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"sync"

	"labwatch/detectors"
)

// A plan is one setting: a detector with a window, on a baseline of m values.
type plan struct {
	detector  string
	m, window int
	runs      int
	horizon   int
}

// A passage is a record at which a series rose above everything before.
type passage struct {
	at    int
	score float64
}

// simulate returns the level for each of arl0s: the larger of those that a frozen and a rolling baseline
// need, so that a false alarm is not more frequent than asked for on either. A rolling baseline draws a new
// reference again and again and meets the unlucky ones; a frozen one has none of its own values in the window.
func simulate(p plan, arl0s []float64, modes []string) []float64 {
	levels := make([]float64, len(arl0s))
	for _, mode := range modes {
		split := 0
		for split < len(arl0s) && arl0s[split] <= shortARL0s[len(shortARL0s)-1] {
			split++
		}
		few := p
		few.runs, few.horizon = shortRuns, shortHorizon
		found := append(few.search(arl0s[:split], mode), p.search(arl0s[split:], mode)...)
		for i, l := range found {
			levels[i] = max(levels[i], l)
		}
	}
	return levels
}

// search runs the series and looks for the level of each of arl0s.
func (p plan) search(arl0s []float64, mode string) []float64 {
	if len(arl0s) == 0 {
		return nil
	}
	series := make([][]passage, p.runs)
	parallel(p.runs, func(i int) { series[i] = p.run(uint64(i), mode) })
	return p.levels(series, arl0s)
}

// levels searches for the level whose run length is each of arl0s.
func (p plan) levels(series [][]passage, arl0s []float64) []float64 {
	levels := make([]float64, len(arl0s))
	for i, want := range arl0s {
		lo, hi := 0.0, 100.0
		for range 60 {
			if mid := (lo + hi) / 2; runLength(series, mid, p.horizon) < want {
				lo = mid
			} else {
				hi = mid
			}
		}
		levels[i] = hi
	}
	return levels
}

// run watches one series of normal values: m for the baseline, a window's worth to fill, then horizon
// records that count. Ranks do not depend on the distribution, so for KS and PSI the normal one stands for
// every continuous one.
func (p plan) run(seed uint64, mode string) []passage {
	r := rand.New(rand.NewPCG(seed, uint64(p.m*1000+p.window)))
	c := detectors.BaselineConfig{Size: p.m, MinN: 20, Mode: mode}
	b := detectors.NewBaseline(c)
	d := made(p.detector, p.window, 0)(detectors.Env{Baseline: b})
	s := detectors.Sample{Values: make([]float64, 1)}
	for b.Reference() == nil {
		s.Values[0] = r.NormFloat64()
		b.Learn(s)
	}
	for range p.window {
		s.Values[0] = r.NormFloat64()
		b.Learn(s)
		d.Learn(s)
	}
	var out []passage
	highest := 0.0
	for t := 1; t <= p.horizon; t++ {
		s.Values[0] = r.NormFloat64()
		score, _ := d.Score(s)
		b.Learn(s)
		d.Learn(s)
		if score > highest {
			highest = score
			out = append(out, passage{t, score})
		}
	}
	return out
}

// runLength is the mean number of records to the first score at or above level: all records watched,
// divided by the number of series that got there.
func runLength(series [][]passage, level float64, horizon int) float64 {
	records, alarms := 0, 0
	for _, s := range series {
		at := horizon
		for _, p := range s {
			if p.score >= level {
				at = p.at
				alarms++
				break
			}
		}
		records += at
	}
	if alarms == 0 {
		return math.Inf(1)
	}
	return float64(records) / float64(alarms)
}

// made makes a built-in detector. A window or a run length of 0 is the default.
func made(name string, window int, arl0 float64) detectors.Maker {
	m, err := detectors.Builtin()[name](func(c any) error {
		switch c := c.(type) {
		case *detectors.ZScoreConfig:
			c.ARL0 = arl0
		case *detectors.ZMeanConfig:
			c.ARL0, c.Window = arl0, cmp.Or(window, c.Window)
		case *detectors.EWMAConfig:
			c.ARL0 = arl0
		case *detectors.CUSUMConfig:
			c.ARL0 = arl0
		case *detectors.KSConfig:
			c.ARL0, c.Window = arl0, cmp.Or(window, c.Window)
		case *detectors.PSIConfig:
			c.ARL0, c.Window = arl0, cmp.Or(window, c.Window)
		}
		return nil
	})
	if err != nil {
		panic(err)
	}
	return m
}

// parallel runs f for 0..n-1 on two cores.
func parallel(n int, f func(int)) {
	var wg sync.WaitGroup
	for k := range 2 {
		wg.Go(func() {
			for i := k; i < n; i += 2 {
				f(i)
			}
		})
	}
	wg.Wait()
}
