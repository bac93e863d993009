package stream

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

func TestPaceAsksForItsShare(t *testing.T) {
	for _, c := range []struct {
		name        string
		step        time.Duration
		shares      int
		falseAlarms float64
		want        float64 // the next power of two above readings a month × shares / false alarms
	}{
		{"a reading a minute, 30 shares of 1", time.Minute, 30, 1, 1 << 21},     // 43200 × 30 = 1.3e6
		{"a control a day, 4 shares of 1", 24 * time.Hour, 4, 1, 128},           // 30 × 4 = 120
		{"a reading a second, 100 shares of 10", time.Second, 100, 10, 1 << 25}, // 2.6e6 × 10 = 2.6e7
		{"ten times the false alarms, a tenth", time.Minute, 30, 10, 1 << 17},   // 1.3e5
		{"no budget", time.Minute, 30, 0, 0},
	} {
		var p Pace
		at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC).UnixNano()
		for range 1000 {
			if p.Note(at) {
				p.Ask(c.shares, c.falseAlarms)
			}
			at += int64(c.step)
		}
		if p.asked != c.want {
			t.Errorf("%s: asked for %g, want %g", c.name, p.asked, c.want)
		}
	}
}

// A run length changes seldom: not while the pace wavers by half, and at once when the promise would be broken.
func TestPaceIsSteady(t *testing.T) {
	var p Pace
	at := int64(1e18)
	read := func(n int, step time.Duration) (changes int) {
		for range n {
			if p.Note(at) {
				if _, changed := p.Ask(10, 1); changed {
					changes++
				}
			}
			at += int64(step)
		}
		return changes
	}
	if n := read(2000, time.Minute); n != 1 {
		t.Errorf("%d changes at a steady pace, want the first only", n)
	}
	slow := p.asked
	if n := read(2000, 90*time.Second); n != 0 {
		t.Errorf("%d changes while the pace wavered", n)
	}
	if read(100_000, time.Second); !(p.asked > slow) {
		t.Errorf("asked for %g at sixty times the pace, before %g", p.asked, slow)
	}
	for range 4000 { // a year of a reading every ten minutes: the past is forgotten, half of it a month
		read(13, 10*time.Minute)
	}
	if got, want := p.asked, 4320*10.0; got < want || got > slack*want {
		t.Errorf("asked for %g, want %g to %g", got, want, slack*want)
	}
}

// Times that make no sense, such as a clock that was not set at first, neither break the pace nor hold it for ever.
func TestPaceSurvivesAWrongClock(t *testing.T) {
	var p Pace
	p.Note(0)
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC).UnixNano()
	for range 200_000 {
		p.Note(at)
		at += int64(time.Minute)
	}
	p.Note(math.MinInt64)
	readings, ok := p.aMonth()
	if !ok || math.Abs(readings/43200-1) > 0.6 {
		t.Errorf("%g readings a month, want about 43200", readings)
	}
	var wild Pace
	for _, at := range []int64{math.MinInt64, math.MaxInt64, 0, math.MinInt64, math.MaxInt64} {
		wild.Note(at)
	}
}

func TestPaceTravels(t *testing.T) {
	p := Pace{from: -5, to: 1e18, count: 12345, since: 7, asked: 1 << 20}
	var got Pace
	r := &reader{b: p.append(nil)}
	got.read(r)
	if err := r.done(); err != nil || got != p {
		t.Errorf("%+v, %v, want %+v", got, err, p)
	}
}

// A budget reaches the detectors of every series of a device, is told in its alerts and counted, and survives a
// restart.
func TestBudgetReachesLevels(t *testing.T) {
	j := testJudging(t)
	b := newBedside(t, j)
	rng := rand.New(rand.NewPCG(3, 3))
	n := 0
	hear := func(count int, mean float64) {
		for range count {
			at := seconds(60 * n) // a reading a minute
			n++
			b.hear(record.Record{Kind: record.Telemetry, Device: "sensor", Time: at, Channels: []record.Channel{
				{Name: "ph", Value: mean + 0.1*rng.NormFloat64()}, {Name: "temp", Value: 4 + 0.1*rng.NormFloat64()}}})
		}
	}
	hear(700, 7)
	// 43,200 readings a month, 2 series with 4 detectors: 345,600, and the next power of two.
	for _, s := range b.w.devices["sensor"].held.series.all {
		for _, p := range s.promises {
			if got := p.RunLength(); got != 1<<19 {
				t.Errorf("%s: run length %g, want %d", s.name, got, 1<<19)
			}
		}
	}
	if asked, want := b.w.tally.asked, 699.0/43200; math.Abs(asked/want-1) > 1e-9 {
		t.Errorf("%g false alarms allowed so far, want %g", asked, want)
	}
	if b.w.tally.expected <= 0 || b.w.tally.expected > b.w.tally.asked {
		t.Errorf("%g false alarms expected, %g allowed", b.w.tally.expected, b.w.tally.asked)
	}
	b.restart(j)
	for _, p := range b.w.devices["sensor"].held.series.find("ph").promises {
		if got := p.RunLength(); got != 1<<19 {
			t.Errorf("run length %g after a restart, want %d", got, 1<<19)
		}
	}
	b.alerts = nil
	hear(60, 7.2)
	i := slices.IndexFunc(b.alerts, func(a alerts.Alert) bool { return a.Evidence.RunLength != 0 })
	if i < 0 {
		t.Fatal("no alert promises a run length")
	}
	if e := b.alerts[i].Evidence; e.RunLength != 1<<19 || math.Abs(e.ReadingsADay-1440) > 3 {
		t.Errorf("evidence %+v, want a run length of %d at 1440 readings a day", e, 1<<19)
	}
	if b.w.tally.opened == 0 {
		t.Error("no alert was counted")
	}
}

func TestBudgetOffLeavesTheUsualRunLengths(t *testing.T) {
	j := testJudging(t)
	j.FalseAlarms = 0
	b := newBedside(t, j)
	for i := range 100 {
		b.hear(record.Record{Kind: record.Telemetry, Device: "sensor", Time: seconds(i), Channels: []record.Channel{{Name: "ph", Value: float64(i % 7)}}})
	}
	for _, p := range b.w.devices["sensor"].held.series.find("ph").promises {
		if got := p.RunLength(); got != 1e5 && got != 1e6 {
			t.Errorf("run length %g", got)
		}
	}
}
