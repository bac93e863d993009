package stream

import (
	"time"

	"github.com/VictoriaMetrics/metrics"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// Shares are the detectors of a series that share the budget: those that may raise alerts and derive their levels from a
// run length.
type Shares []promised

// promised is a detector that shares the budget, and the breaches in a row that its alert takes.
type promised struct {
	detectors.Promised
	index int // in the panel
	row   int
	rate  float64 // false alarms a reading
}

// SharesOf finds them among the detectors of a series of the kind, which named names.
func SharesOf(dets []detectors.Detector, named []Named, kind record.Kind, policies map[string]alerts.DetectorPolicy) (all Shares) {
	for i, n := range named {
		policy := policies[n.Name]
		if p, ok := dets[i].(detectors.Promised); ok && p.RunLength() > 0 && policy.Alerts(kind) {
			all = append(all, promised{p, i, policy.Policy.OpenAfter, 1 / p.RunLength()})
		}
	}
	return all
}

// Ask asks each of them for the run length, in readings.
func (all Shares) Ask(arl0 float64) {
	for i := range all {
		p := &all[i]
		p.Ask(arl0, p.row)
		p.rate = 1 / p.RunLength()
	}
}

// budget lets a series' detectors keep their share of the device's false alarms.
func (w *Worker) budget(d *device, s *series, at int64) {
	if !s.pace.Note(at) {
		return
	}
	shares, vectors := 0, 0
	for _, other := range d.series.all {
		shares += len(other.promises)
		if other.kind == record.Telemetry {
			vectors = w.j.vectorShares
		}
	}
	shares += vectors
	if arl0, changed := s.pace.Ask(shares, w.j.FalseAlarms); changed {
		s.promises.Ask(arl0)
	}
}

// pass counts the time in which a device was judged: from its newest reading so far to one at the time to. The
// first reading of a device passes none, and a silence counts for a day.
func (t *tally) pass(newest, to int64, falseAlarms float64) {
	if newest > 0 && to > newest {
		t.asked += falseAlarms * float64(min(to-newest, int64(24*time.Hour))) / float64(month)
	}
}

// expect counts the false alarms to be expected of one reading's scores.
func (t *tally) expect(promises Shares, opinions []opinion) {
	for i := range promises {
		if p := &promises[i]; opinions[p.index].ready {
			t.expected += p.rate
		}
	}
}

// budgetOfVector lets the detectors of a group keep their share of a member's false alarms. A group knows of its members no
// more than their vectors, so it counts the series of these: where a device has others as well, its vector's share is a
// little larger than theirs. Before is the time of the member's vector before this one; 0: there was none.
func (w *Worker) budgetOfVector(g *group, before, at int64) {
	if before == 0 {
		return
	}
	shares := len(g.channels)*w.j.channelShares + w.j.vectorShares
	for i := range g.recurrences {
		if policy := w.j.policies[w.j.Plan.Group[i].Name]; g.heard[i] {
			g.recurrences[i].Budget(g.dets[i], at-before, shares, policy.Policy.OpenAfter, w.j.FalseAlarms)
		}
	}
}

// follow counts which high scores of a member are followed by another. Those of suspect vectors lead none.
func (g *group) follow(m *member, opinions []opinion, suspect bool) {
	was := m.high
	m.high = 0
	for i, o := range opinions {
		if o.ready && g.recurrences[i].Hear(g.dets[i], o.score, was>>i&1 == 1) && !suspect {
			m.high |= 1 << i
		}
	}
}

// expectVector counts the false alarms to be expected of one vector's scores.
func (t *tally) expectVector(g *group, opinions []opinion) {
	for i, o := range opinions {
		if arl0 := g.recurrences[i].RunLength(); o.ready && arl0 > 0 {
			t.expected += 1 / arl0
		}
	}
}

// budgetMetrics show whether the budget is kept: opened alerts are true and false ones together.
type budgetMetrics struct {
	asked, expected *metrics.FloatCounter
	opened          *metrics.Counter
}

func newBudgetMetrics(set *metrics.Set) budgetMetrics {
	return budgetMetrics{
		asked:    set.NewFloatCounter("labwatch_budget_asked_total"),
		expected: set.NewFloatCounter("labwatch_budget_expected_total"),
		opened:   set.NewCounter("labwatch_budget_opened_total"),
	}
}

func (m *budgetMetrics) add(t *tally) {
	m.asked.Add(t.asked)
	m.expected.Add(t.expected)
	m.opened.Add(t.opened)
}
