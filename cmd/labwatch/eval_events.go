package main

import (
	"math"
	"slices"
)

// evalEvent is a run of anomalous records, from the first to the one after the last.
type evalEvent struct{ from, to int }

// evalTruth is what is known of the records of one set, or of several end to end.
type evalTruth struct {
	anomaly []bool
	at      []int64 // nanoseconds; empty where a set has no times
	events  []evalEvent
	days    float64 // of normal records; thousands of them where there are no times
}

func normals(anomaly []bool) (n float64) {
	for _, a := range anomaly {
		if !a {
			n++
		}
	}
	return n
}

func newEvalTruth(set *evalSet) *evalTruth {
	t := &evalTruth{anomaly: set.truth}
	for i, anomaly := range set.truth {
		if anomaly && (i == 0 || !set.truth[i-1]) {
			t.events = append(t.events, evalEvent{from: i})
		}
		if anomaly {
			t.events[len(t.events)-1].to = i + 1
		}
	}
	t.days = normals(set.truth) / 1000
	if set.timed {
		t.at = set.at
		t.days = normals(set.truth) * float64(medianStep(set.at)) / (24 * 60 * 60 * 1e9)
	}
	return t
}

// medianStep is the median time between records, so that a hole of weeks in a file is no quiet time.
func medianStep(at []int64) int64 {
	var gaps []int64
	for i := 1; i < len(at); i++ {
		gaps = append(gaps, max(at[i]-at[i-1], at[i-1]-at[i])) // newest first is an order too
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// poolTruth lays the truth of several sets end to end. Events never reach from one into the next. Days and thousands of
// records do not add up: unless all sets have times, none has.
func poolTruth(sets []*evalTruth) *evalTruth {
	all := &evalTruth{}
	timed := !slices.ContainsFunc(sets, func(t *evalTruth) bool { return t.at == nil })
	for _, t := range sets {
		for _, e := range t.events {
			all.events = append(all.events, evalEvent{e.from + len(all.anomaly), e.to + len(all.anomaly)})
		}
		all.anomaly = append(all.anomaly, t.anomaly...)
		if timed {
			all.at = append(all.at, t.at...)
			all.days += t.days
		}
	}
	if !timed {
		all.days = normals(all.anomaly) / 1000
	}
	return all
}

// delays are, for each event that alarm finds, the seconds (without times: records) from its start to the first
// alarm in it.
func (t *evalTruth) delays(alarm func(i int) bool) (found []float64) {
	for _, e := range t.events {
		for i := e.from; i < e.to; i++ {
			if !alarm(i) {
				continue
			}
			d := float64(i - e.from)
			if t.at != nil {
				d = float64(t.at[i]-t.at[e.from]) / 1e9
			}
			found = append(found, d)
			break
		}
	}
	return found
}

// falseAlerts is the number of alerts opened outside events, a day (without times: for 1,000 normal records).
func (t *evalTruth) falseAlerts(opened []int) float64 {
	n := 0
	for i, o := range opened {
		if !t.anomaly[i] {
			n += o
		}
	}
	if t.days == 0 {
		return math.NaN()
	}
	return float64(n) / t.days
}

// median of v, which it sorts; NaN of nothing.
func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	slices.Sort(v)
	mid := len(v) / 2
	if len(v)%2 == 1 {
		return v[mid]
	}
	return (v[mid-1] + v[mid]) / 2
}
