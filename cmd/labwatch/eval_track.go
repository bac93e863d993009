package main

import (
	"math"
	"math/rand/v2"

	"labwatch/detectors"
)

// evalVerdict is what one row of the scoreboard says of one record.
type evalVerdict struct {
	score  float64 // what the row is ranked by; NaN while not ready
	ratio  float64 // score/limit; an alarm from 1 on
	opened int     // alerts that the policy opened

	standing detectors.Standing // the one score, as the daemon publishes it
}

// evalCombined is the row of all detectors together. Those before it are the detectors.
const evalCombined = "combined"

// evalTrack is what one row of the scoreboard said of every record of a set, in their order.
type evalTrack struct {
	name   string
	scores []float64 // NaN where not ready
	rarity []float64 // 0 to 1; 0 while none is known
	alarm  []bool    // at the row's own limit
	opened []int     // alerts opened; an alarm that goes on is opened once
}

func newEvalTrack(name string, records int) *evalTrack {
	return &evalTrack{name: name, scores: make([]float64, records), rarity: make([]float64, records), alarm: make([]bool, records), opened: make([]int, records)}
}

func (t *evalTrack) put(i int, v evalVerdict) {
	t.scores[i], t.rarity[i], t.alarm[i], t.opened[i] = v.score, float64(v.standing.Score), v.ratio >= 1, v.opened
}

// alwaysAlarm says the same of every record: an anomaly. Half of a set's F1 can be had by it.
func alwaysAlarm(records int) *evalTrack {
	t := newEvalTrack("always alarm", records)
	for i := range records {
		t.put(i, evalVerdict{score: 1, ratio: 1})
	}
	t.opened[0] = 1
	return t
}

// evalFAR is the false-alarm rate at which rows are compared: the share of normal records in alarm.
const evalFAR = 0.01

// randomAlarm draws its scores, and alarms on one record of a hundred.
func randomAlarm(records int, rng *rand.PCG) *evalTrack {
	t := newEvalTrack("random", records)
	r := rand.New(rng)
	usual := detectors.NewRarity()
	for i := range records {
		v := r.Float64()
		var now detectors.Standing
		now.Hear(nil, &usual, v, detectors.Sample{})
		t.put(i, evalVerdict{score: v, ratio: v / (1 - evalFAR), standing: now})
		if t.alarm[i] && (i == 0 || !t.alarm[i-1]) {
			t.opened[i] = 1
		}
	}
	return t
}

// ready is the number of records that have a score.
func (t *evalTrack) ready() (n int) {
	for _, v := range t.scores {
		if !math.IsNaN(v) {
			n++
		}
	}
	return n
}

// joinTracks lays tracks of the same row end to end.
func joinTracks(tracks []*evalTrack) *evalTrack {
	all := &evalTrack{name: tracks[0].name}
	for _, t := range tracks {
		all.scores = append(all.scores, t.scores...)
		all.rarity = append(all.rarity, t.rarity...)
		all.alarm = append(all.alarm, t.alarm...)
		all.opened = append(all.opened, t.opened...)
	}
	return all
}

// greater is the greater of two numbers of which NaN is none.
func greater(a, b float64) float64 {
	if math.IsNaN(a) || b > a {
		return b
	}
	return a
}
