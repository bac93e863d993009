package stream

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// pumps are two devices of one group, whose forest is ready. The fault of one is flow against pressure.
type pumps struct {
	*bedside
	rng *rand.Rand
	at  int
}

func newPumps(t *testing.T) *pumps {
	t.Helper()
	j := testJudging(t)
	j.Alerts.Silent.Enabled = false
	j.FalseAlarms = 0
	j.Plan.Series = nil // the forest alone
	p := &pumps{newBedside(t, j), rand.New(rand.NewPCG(4, 0)), 0}
	p.rounds(800, 0)
	p.of("iforest")
	return p
}

func (p *pumps) rounds(n int, shift float64) {
	for range n {
		p.at++
		for _, device := range []string{"pump-1", "pump-2"} {
			s := 0.0
			if device == "pump-1" {
				s = shift
			}
			p.hear(sample(device, seconds(p.at), record.Channel{Name: "flow", Value: 100 + 2*p.rng.NormFloat64() + s},
				record.Channel{Name: "pressure", Value: 50 + p.rng.NormFloat64() - s}))
		}
	}
}

func (p *pumps) verdict(e record.EventType, alert string) { p.verdictOf("pump-1", e, alert) }

func (p *pumps) verdictOf(device string, e record.EventType, alert string) {
	p.hear(record.Record{Kind: record.Event, ID: e.String() + ":" + alert, Device: device, EventType: e, Severity: "info",
		Technician: "t1.k1.somebody", Time: seconds(p.at)})
}

func (p *pumps) forest() []byte {
	for _, g := range p.w.groups {
		return mustMarshal(g.dets[0])
	}
	return nil
}

// TestForestVerdicts: an alert of a forest is confirmed, rejected and rolled back as others are, with and without a restart
// before each verdict.
func TestForestVerdicts(t *testing.T) {
	for _, restarts := range []bool{false, true} {
		p := newPumps(t)
		say := func(e record.EventType, alert string) {
			if restarts {
				p.restart(p.j)
			}
			p.verdict(e, alert)
			if restarts {
				p.restart(p.j)
			}
		}
		p.rounds(10, 40)
		opened := p.of("iforest")
		if changes(opened) != " opened" || opened[0].Device != "pump-1" {
			t.Fatalf("the fault said%s", changes(opened))
		}
		alert := opened[0].ID
		say(record.AcknowledgeEvent, alert)
		if got := changes(p.of("iforest")); got != " updated" {
			t.Errorf("confirmed it says%s", got)
		}
		before := p.forest()
		say(record.AcceptEvent, alert)
		if got := changes(p.of("iforest")); got != " resolved" {
			t.Errorf("rejected it says%s", got)
		}
		if !bytes.Equal(p.forest(), before) {
			t.Error("the verdict itself changes the forest")
		}
		p.rounds(300, 40)
		if got := changes(p.of("iforest")); got != "" {
			t.Errorf("what was rejected says%s", got)
		}
		for _, g := range p.w.groups {
			if a := g.members["pump-1"].accepted; a == nil || a.left != acceptVectors-300 {
				t.Errorf("%+v is accepted", a)
			}
		}
		learned := p.forest()
		say(record.RollBackEvent, alert)
		if got := p.forest(); !bytes.Equal(got, before) || bytes.Equal(got, learned) {
			t.Error("the forest is not the former one")
		}
		if got := changes(p.of("iforest")); got != "" {
			t.Errorf("the roll back itself says%s", got)
		}
		p.rounds(20, 0)
		if got := changes(p.of("iforest")); got != "" {
			t.Errorf("healthy again it says%s", got)
		}
		p.rounds(10, 40)
		again := p.of("iforest")
		if changes(again) != " opened" {
			t.Fatalf("the fault said%s, want opened", changes(again))
		}
		say(record.RollBackEvent, again[0].ID)
		if got := changes(p.of("iforest")); got != "" {
			t.Errorf("without a former forest it says%s", got)
		}
		if !restarts && (p.w.tally.rollbacks != 1 || p.w.tally.idleVerdicts != 1 || p.w.tally.resets != 1) {
			t.Errorf("%d roll backs, %d idle verdicts, %d resets", p.w.tally.rollbacks, p.w.tally.idleVerdicts, p.w.tally.resets)
		}
	}
}

// TestAcceptanceEnds after so many vectors of that member; then the forest knows them.
func TestAcceptanceEnds(t *testing.T) {
	p := newPumps(t)
	p.rounds(10, 40)
	p.verdict(record.AcceptEvent, p.of("iforest")[0].ID)
	p.of("iforest")
	var m, other *member
	for _, g := range p.w.groups {
		m, other = g.members["pump-1"], g.members["pump-2"]
	}
	if !m.accepts(0) || m.accepts(1) || other.accepts(0) {
		t.Error("more or less is accepted than was rejected")
	}
	p.rounds(acceptVectors-1, 40)
	if m.accepted == nil {
		t.Error("it ended early")
	}
	p.rounds(1, 40)
	if m.accepted != nil {
		t.Error("it does not end")
	}
	p.rounds(1000, 40)
	if got := changes(p.of("iforest")); got != "" {
		t.Errorf("what the forest has learned says%s", got)
	}
}

// TestForestRollBackByAnOpenAlert of another device of the group changes nothing: only the alert that was rejected is named
// for it.
func TestForestRollBackByAnOpenAlert(t *testing.T) {
	p := newPumps(t)
	fault := func() {
		for range 10 {
			p.at++
			for _, device := range []string{"pump-1", "pump-2"} {
				p.hear(sample(device, seconds(p.at), record.Channel{Name: "flow", Value: 140}, record.Channel{Name: "pressure", Value: 10}))
			}
		}
	}
	fault()
	opened := p.of("iforest")
	if changes(opened) != " opened opened" {
		t.Fatalf("the faults said%s", changes(opened))
	}
	before := p.forest()
	p.verdictOf(opened[0].Device, record.AcceptEvent, opened[0].ID)
	fault()
	p.verdictOf(opened[1].Device, record.RollBackEvent, opened[1].ID)
	if bytes.Equal(p.forest(), before) || p.w.tally.rollbacks != 0 || p.w.tally.idleVerdicts != 1 {
		t.Errorf("%d roll backs by an open alert of another device", p.w.tally.rollbacks)
	}
	for _, g := range p.w.groups {
		if g.members[opened[0].Device].accepted == nil || !g.members[opened[1].Device].holding() {
			t.Error("the acceptance or the open alert ended")
		}
	}
	p.verdictOf(opened[0].Device, record.RollBackEvent, opened[0].ID)
	if !bytes.Equal(p.forest(), before) || p.w.tally.rollbacks != 1 {
		t.Error("the forest is not the former one")
	}
}

// TestLargeFormersAreNotKept: they would be written again and again with their group.
func TestLargeFormersAreNotKept(t *testing.T) {
	p := newPumps(t)
	for _, g := range p.w.groups {
		g.dets[0] = largeDetector{}
	}
	p.rounds(3, 0)
	opened := p.of("iforest")
	p.verdict(record.AcceptEvent, opened[0].ID)
	for _, g := range p.w.groups {
		if g.former != nil || g.members["pump-1"].accepted == nil {
			t.Errorf("the former is %d bytes", g.former.bytes())
		}
	}
	if p.w.tally.unkept != 1 {
		t.Errorf("%d former forests are counted as not kept", p.w.tally.unkept)
	}
	p.verdict(record.RollBackEvent, opened[0].ID)
	if p.w.tally.idleVerdicts != 1 || changes(p.of("iforest")) != " resolved" {
		t.Error("it was rolled back")
	}
}

// TestLargeGroupsKeepNoFormer: nor does it when its members take the room, those that come later too.
func TestLargeGroupsKeepNoFormer(t *testing.T) {
	for _, later := range []bool{false, true} {
		p := newPumps(t)
		fill := func() {
			for _, g := range p.w.groups {
				for i := range 6000 {
					g.member(fmt.Sprintf("%0150d", i)).newest = seconds(p.at)
				}
			}
		}
		p.rounds(10, 40)
		if !later {
			fill()
		}
		p.verdict(record.AcceptEvent, p.of("iforest")[0].ID)
		if later {
			if p.w.tally.unkept != 0 {
				t.Error("a small group keeps no former forest")
			}
			fill()
			for i := range newMembers {
				p.hear(sample(fmt.Sprint("new-", i), seconds(p.at), record.Channel{Name: "flow", Value: 100}, record.Channel{Name: "pressure", Value: 50}))
			}
		}
		for _, g := range p.w.groups {
			if g.former != nil || p.w.tally.unkept != 1 {
				t.Errorf("later %v: the former is %d bytes, %d are counted as not kept", later, g.former.bytes(), p.w.tally.unkept)
			}
		}
	}
}

// largeDetector has too much state, and finds everything odd.
type largeDetector struct{}

func (largeDetector) Score(detectors.Sample) (float64, bool) { return 2, true }
func (largeDetector) Learn(detectors.Sample)                 {}
func (largeDetector) Limits() detectors.Limits               { return detectors.Limits{Warning: 1, Critical: 3} }
func (largeDetector) MarshalBinary() ([]byte, error)         { return make([]byte, mostFormer+1), nil }
func (largeDetector) UnmarshalBinary([]byte) error           { return nil }

var _ detectors.Detector = largeDetector{}

// TestForestVerdictOfAnotherDevice: what is said of another device's alert is not heard.
func TestForestVerdictOfAnotherDevice(t *testing.T) {
	p := newPumps(t)
	p.rounds(10, 40)
	id := p.of("iforest")[0].ID
	p.verdictOf("pump-2", record.AcceptEvent, id)
	if got := changes(p.of("iforest")); got != "" || p.w.tally.idleVerdicts != 1 {
		t.Errorf("it says%s", got)
	}
	p.verdict(record.AcceptEvent, alerts.NewID(record.Origin{}, "iforest", "pump-1", "c").String())
	if p.w.tally.idleVerdicts != 2 {
		t.Error("an alert that is not there was heard")
	}
}

// TestGroupComesBack as it was, with an acceptance, a former forest and how its members stand.
func TestGroupComesBack(t *testing.T) {
	p := newPumps(t)
	p.rounds(10, 40)
	p.verdict(record.AcceptEvent, p.of("iforest")[0].ID)
	p.rounds(3, 40)
	before := state(p.w)
	p.restart(p.j)
	differ(t, state(p.w), before)
	for _, g := range p.w.groups {
		if m := g.members["pump-1"]; g.former == nil || m.accepted == nil || !m.standing.Known {
			t.Errorf("%+v came back", m)
		}
	}
}

// TestRowOfBreaches: an alert of a forest waits for as many breaches in a row as its share of the budget asks for, and says
// what that promises. After a restart without a budget, or with a level set by hand, it does neither.
func TestRowOfBreaches(t *testing.T) {
	own, err := detectors.Builtin()["iforest"](func(into any) error {
		into.(*detectors.IForestConfig).Warning = 0.6
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		falseAlarms float64
		forest      detectors.Maker
		muted       bool
		row         int
	}{
		{"a budget", 1, maker(t, "iforest"), false, 8},
		{"no budget any more", 0, maker(t, "iforest"), false, 1},
		{"a level set by hand", 1, own, false, 1},
		{"no alerts", 1, maker(t, "iforest"), true, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPumps(t)
			for _, g := range p.w.groups {
				g.recurrences[0] = Recurrence{row: 8, alpha: 1e-3, asked: 4096, promise: 5000, tops: 40, again: 20}
			}
			j := *p.j
			j.FalseAlarms, j.Plan.Group, j.Alerts.Detectors = c.falseAlarms, []Named{{"iforest", c.forest}}, maps.Clone(j.Alerts.Detectors)
			policy := j.Alerts.Detectors["iforest"]
			if c.muted {
				policy.AlertOn = []string{}
			}
			j.Alerts.Detectors["iforest"] = policy
			p.restart(NewJudging(j.Config, j.Plan, j.Baseline, j.Alerts, j.Zone, j.Metrics))
			for _, g := range p.w.groups {
				if r := g.recurrences[0]; r.tops < 40 || (r.row > 0) != (c.row > 1) || (r.promise > 0) != (c.row > 1) {
					t.Errorf("%+v came back", r)
				}
			}
			row := max(c.row, policy.Policy.OpenAfter)
			p.rounds(row-1, 40)
			if got := changes(p.of("iforest")); got != "" {
				t.Errorf("after %d breaches it says%s", row-1, got)
			}
			p.rounds(1, 40)
			said := p.of("iforest")
			if got := changes(said); (got == " opened") == c.muted {
				t.Fatalf("after %d breaches it says%s", row, got)
			}
			if budget := c.row > 1; !c.muted && (said[0].Evidence.RunLength == 5000) != budget || (p.w.tally.expected > 0) != budget {
				t.Errorf("of %+v %g are expected", said, p.w.tally.expected)
			}
		})
	}
}
