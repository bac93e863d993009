package stream

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// TestForestKeepsBudget: on healthy vectors, independent ones and such as resemble their neighbours, a forest opens no more
// alerts than the budget allows, and what it promises is what was asked, or is said to be less.
func TestForestKeepsBudget(t *testing.T) {
	const devices, rounds = 8, 4000
	for _, phi := range []float64{0, 0.5, 0.9} {
		t.Run(fmt.Sprint("AR(1) ", phi), func(t *testing.T) {
			j := testJudging(t)
			j.Alerts.Silent.Enabled = false
			j.Plan.Series = nil // the forest alone
			j.FalseAlarms = 2000
			j = NewJudging(j.Config, j.Plan, j.Baseline, j.Alerts, j.Zone, j.Metrics)
			b := newBedside(t, j)
			rng := rand.New(rand.NewPCG(11, 0))
			var state [devices][3]float64
			names := []string{"flow", "pressure", "level"}
			for at := range rounds {
				for d := range devices {
					var channels []record.Channel
					for c := range names {
						x := &state[d][c]
						*x = phi**x + math.Sqrt(1-phi*phi)*rng.NormFloat64()
						channels = append(channels, record.Channel{Name: names[c], Value: *x})
					}
					b.hear(sample(fmt.Sprint("pump-", d), seconds(at), channels...))
				}
			}
			opened := 0
			for _, a := range b.of("iforest") {
				if a.Change == alerts.Opened {
					opened++
				}
			}
			var r *Recurrence
			for _, g := range b.w.groups {
				r = &g.recurrences[0]
			}
			// A vector a second, one detector: 2,592,000 vectors a month, 2000 false alarms: 1296, and the power of two above.
			if r.asked != 2048 || r.promise < r.asked {
				t.Errorf("asked for %g, promised %g", r.asked, r.promise)
			}
			allowed := float64(devices*rounds) / r.asked
			t.Logf("alpha %.5f, %d in a row, rho %.2f: %d alerts, %.0f allowed, %.1f expected", r.alpha, r.row, r.rho(), opened, allowed, b.w.tally.expected)
			if float64(opened) > allowed+2*math.Sqrt(allowed) {
				t.Errorf("%d alerts, the budget allows %.1f", opened, allowed)
			}
			if b.w.tally.opened != opened || b.w.tally.expected <= 0 || b.w.tally.expected > allowed {
				t.Errorf("%d opened and %g expected are counted, %d opened", b.w.tally.opened, b.w.tally.expected, opened)
			}
		})
	}
}

// share is a detector whose level can be any share down to a least one.
type share struct{ least, alpha float64 }

var (
	_ detectors.Conformal = (*share)(nil)
	_ detectors.Detector  = (*share)(nil)
)

func (s *share) AskAlpha(alpha float64)                 { s.alpha = math.Max(s.least, alpha) }
func (s *share) Alpha() float64                         { return s.alpha }
func (s *share) High(score float64) bool                { return score > 0.95 }
func (s *share) Score(detectors.Sample) (float64, bool) { return 0, false }
func (s *share) Learn(detectors.Sample)                 {}
func (s *share) MarshalBinary() ([]byte, error)         { return nil, nil }
func (s *share) UnmarshalBinary([]byte) error           { return nil }

// TestRecurrenceAsks for as few breaches in a row as keep the budget, and for no smaller share of breaches than can be had;
// and what it knows comes back.
func TestRecurrenceAsks(t *testing.T) {
	for _, c := range []struct {
		recurs, least, falseAlarms float64
		most                       int // breaches in a row
	}{{0.05, 1e-3, 1, 5}, {0.5, 1e-3, 1, 16}, {0.9, 1e-3, 1, 90}, {0.5, 1e-6, 1, 6}, {0.05, 1e-3, 1e4, 3}, {0.999, 1e-3, 1, rowMost}} {
		rng := rand.New(rand.NewPCG(5, 5))
		r, d, was := Recurrence{}, &share{c.least, c.least}, false
		for range 40_000 { // a vector a second
			r.Budget(d, 1e9, 1, 3, c.falseAlarms)
			p := 0.05
			if was {
				p = c.recurs
			}
			score := 0.0
			if rng.Float64() < p {
				score = 1
			}
			was = r.Hear(d, score, was)
		}
		want := 30 * 24 * 3600 / c.falseAlarms
		kept := r.RunLength() >= r.asked
		if r.asked < want || r.asked > slack*want || int(r.row) < 3 || int(r.row) > c.most || d.alpha < c.least || kept != (c.recurs < 0.99) {
			t.Errorf("%+v: %+v, alpha %g", c, r, d.alpha)
		}
		if kept && r.row > 3 && r.RunLength()*rhoMost*r.rho() >= r.asked {
			t.Errorf("%+v: %d in a row are more than are needed", c, r.row)
		}
		if got := r.Row(alerts.Policy{OpenAfter: 3}).OpenAfter; got != int(r.row) {
			t.Errorf("the policy takes %d in a row", got)
		}
		var back Recurrence
		in := &reader{b: r.append(nil)}
		back.read(in)
		if err := in.done(); err != nil || back != r {
			t.Errorf("%+v came back as %+v: %v", r, back, err)
		}
		d.alpha = 0.5
		back.Again(d)
		if d.alpha != r.alpha {
			t.Errorf("after a restart alpha is %g, was %g", d.alpha, r.alpha)
		}
	}
	fixed, r := &share{}, Recurrence{}
	for range 1000 {
		r.Budget(fixed, 1e9, 1, 3, 1)
	}
	if r.RunLength() != 0 || r.Row(alerts.Policy{OpenAfter: 3}).OpenAfter != 3 {
		t.Errorf("a level set by hand promises %g", r.RunLength())
	}
}

// TestRecurrenceComesBack whatever row the policy wants: up to the longest that a config may hold.
func TestRecurrenceComesBack(t *testing.T) {
	for _, openAfter := range []int{1, 3, rowMost - 1, rowMost, rowMost + 1, 10_000, alerts.MaxRow} {
		r, d := Recurrence{}, &share{1e-3, 1e-3}
		for range 1000 {
			r.Budget(d, 1e9, 1, openAfter, 1)
		}
		if int(r.row) < openAfter || r.promise <= 0 {
			t.Errorf("open_after %d: %+v", openAfter, r)
		}
		var back Recurrence
		in := &reader{b: r.append(nil)}
		back.read(in)
		if err := in.done(); err != nil || back != r {
			t.Errorf("open_after %d: %+v came back as %+v: %v", openAfter, r, back, err)
		}
	}
}

// TestHighScoresOfAMember are told apart by detector, the tenth too, and come back; not where the detectors are others, and
// none is followed across a vector that cannot be scored.
func TestHighScoresOfAMember(t *testing.T) {
	judging := func(names ...string) *Judging {
		j := testJudging(t)
		j.Plan.Series, j.Plan.Group = nil, nil
		for _, name := range names {
			j.Plan.Group = append(j.Plan.Group, Named{name, func(detectors.Env) detectors.Detector { return &share{1e-3, 1e-3} }})
		}
		return NewJudging(j.Config, j.Plan, j.Baseline, j.Alerts, j.Zone, j.Metrics)
	}
	names := []string{"d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9"}
	b := newBedside(t, judging(names...))
	b.hear(sample("pump", seconds(1), record.Channel{Name: "flow", Value: 1}))
	only := func() (g *group, m *member) {
		for _, owned := range b.w.groups {
			g = owned.group
		}
		return g, g.members["pump"]
	}
	g, m := only()
	opinions := make([]opinion, len(names))
	for _, i := range []int{1, 9} {
		opinions[i] = opinion{score: 1, ready: true}
	}
	g.follow(m, opinions, false)
	g.follow(m, opinions, false)
	if r := g.recurrences[9]; r.again != 1 || g.recurrences[1].again != 1 || g.recurrences[0].tops != 0 {
		t.Errorf("%+v of the tenth", r)
	}
	was := m.high
	b.restart(judging(names...))
	if _, m = only(); m.high != was || was == 0 {
		t.Errorf("%b came back, was %b", m.high, was)
	}
	before := b.w
	b.restart(judging("d1", "d0", "d2"))
	if _, m = only(); m.high != 0 {
		t.Errorf("%b came back of other detectors", m.high)
	}
	b.w, b.j = before, before.j
	b.hear(sample("pump", seconds(2), record.Channel{Name: "flow", Value: math.NaN()}))
	if _, m = only(); m.high != 0 {
		t.Errorf("%b after a vector without a number", m.high)
	}
}
