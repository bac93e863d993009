package stream

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"labwatch/record"
)

// TestClockAheadDoesNotBlindDevice: an analyser reports its calibration with a clock that runs two days ahead. What is
// measured after it, by the time of its arrival, must teach the new baseline.
func TestClockAheadDoesNotBlindDevice(t *testing.T) {
	j := onlyZScore(t, nil)
	b := newBedside(t, j)
	at := 0
	for ; at < 40; at++ {
		b.hear(sample("bath", seconds(at), record.Channel{Name: "storage_temp_c", Value: 4 + .1*float64(at%5)}))
	}
	b.hear(record.Record{Kind: record.Event, ID: "e1", Device: "bath", EventType: record.CalibrationEvent, Severity: "info",
		Arrived: seconds(at), Time: seconds(at) + int64(48*time.Hour), Flags: record.Early})
	if got := learnedOf(b); got != 0 {
		t.Fatalf("after the calibration the baseline has %d values", got)
	}
	for end := at + 60; at < end; at++ {
		b.hear(sample("bath", seconds(at+1), record.Channel{Name: "storage_temp_c", Value: 5 + .1*float64(at%5)}))
	}
	if got := learnedOf(b); got < j.Baseline.MinN {
		t.Errorf("after 60 readings the baseline has %d values: the device is blind", got)
	}
}

// TestGateBelievesNoSingleDate: a leap ahead counts when three readings in a row confirm it.
func TestGateBelievesNoSingleDate(t *testing.T) {
	const (
		day  = int64(24 * time.Hour)
		year = 365 * day
	)
	for name, c := range map[string]struct {
		times []int64 // after the epoch, one reading each
		want  []verdict
	}{
		"in order, and a little out of it": {[]int64{0, 5, 3, 6}, []verdict{fresh, fresh, fresh, fresh}},
		"late":                             {[]int64{0, 3 * day / 4, 3 * day / 2, 1}, []verdict{fresh, fresh, fresh, late}},
		"one absurd date":                  {[]int64{0, year, 1, 2}, []verdict{fresh, fresh, fresh, fresh}},
		"two in a row":                     {[]int64{0, year, year + 1, 1}, []verdict{fresh, fresh, fresh, fresh}},
		"three in a row are believed":      {[]int64{0, year, year + 1, year + 2, 1}, []verdict{fresh, fresh, fresh, fresh, late}},
		"three that are not in a row": {[]int64{0, year, year + 1, 1, year + 2, year + 3, 2},
			[]verdict{fresh, fresh, fresh, fresh, fresh, fresh, fresh}},
		"a latecomer among them": {[]int64{3 * day, year, 0, year + 1, 3*day + 1},
			[]verdict{fresh, fresh, late, fresh, fresh}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, testJudging(t))
			var g gate
			var got []verdict
			for i, after := range c.times {
				r := sample("bath", epoch()+after, record.Channel{Name: "c", Value: float64(i)})
				got = append(got, g.admit(&r, 8, day))
				g = again(t, g)
				b.hear(r)
				if flagged := slices.Contains(b.records[i].Flags, "late"); flagged != (c.want[i] == late) {
					t.Errorf("reading %d: flagged late %v", i, flagged)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("is %v, want %v", got, c.want)
			}
		})
	}
}

// again is the gate after a restart.
func again(t *testing.T, g gate) gate {
	t.Helper()
	r := &reader{b: g.append(nil)}
	var back gate
	back.read(r)
	if err := r.done(); err != nil {
		t.Fatal(err)
	}
	return back
}

// TestGroupBelievesNoSingleDate: a group takes the readings of a member in the order of their time, and one absurd date
// must not shut it out for ever. Three in a row are believed, also over a restart.
func TestGroupBelievesNoSingleDate(t *testing.T) {
	j := testJudging(t)
	b := newBedside(t, j)
	taken := func(at int) bool {
		b.hear(sample("pump", seconds(at), record.Channel{Name: "flow", Value: float64(at % 5)}, record.Channel{Name: "pressure", Value: 1}))
		b.restart(j)
		for _, s := range b.records[len(b.records)-1].Scores {
			if s.Detector == "iforest" {
				return true
			}
		}
		return false
	}
	for i, step := range []struct {
		at   int
		want bool
	}{
		{0, true}, {1, true}, {year, false}, {2, true}, {year + 1, false}, {year + 2, false}, {3, true},
		{year + 3, false}, {year + 4, false}, {year + 5, true}, {4, false}, {year + 6, true},
	} {
		if got := taken(step.at); got != step.want {
			t.Errorf("step %d, at %d s: taken %v, want %v", i, step.at, got, step.want)
		}
	}
}

// TestEarlyResultIsNoVote: a result whose clock runs ahead is not learned, so it must not take the place of its
// patient's next one either.
func TestEarlyResultIsNoVote(t *testing.T) {
	b := newBedside(t, onlyZScore(t, nil))
	early := criticalResult("r1", "p1", seconds(0)+int64(48*time.Hour), 95, record.Early)
	early.Arrived = seconds(0)
	b.hear(early)
	baseline := func() string { return string(mustMarshal(b.w.devices["analyser"].held.series.find("2345-7").baseline)) }
	for i, step := range []struct {
		patient string
		learned bool
	}{{"p1", true}, {"p1", false}, {"p2", true}} {
		before := baseline()
		b.hear(criticalResult(fmt.Sprint("s", i), step.patient, seconds(10+i), 95, 0))
		if learned := baseline() != before; learned != step.learned {
			t.Errorf("result %d, of %s, is learned: %v, want %v", i, step.patient, learned, step.learned)
		}
	}
}
