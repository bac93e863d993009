package stream

import (
	"math"

	"labwatch/alerts"
	"labwatch/record"
)

// judgeGroup scores a telemetry vector against the group's.
func (w *Worker) judgeGroup(g *group, r *record.Record, emit Emit) {
	m := g.member(r.Device)
	before := m.newest
	if !m.admit(r, int64(w.j.LateAfter)) {
		return
	}
	if before == 0 && len(g.members)%newMembers == 0 {
		w.fitFormer(g)
	}
	sample, ok := g.sample(r, w.vector)
	w.vector = sample.Values
	if !ok {
		m.high = 0 // the next vector follows none
		return
	}
	about := subject{origin: r.Origin, at: r.Time, kind: r.Kind, series: g.name, device: r.Device, facility: r.Facility}
	w.opinions = g.ask(w.j, w.j.Plan.Group, sample, w.timed, w.opinions[:0])
	w.budgetOfVector(g, before, r.Time)
	m.standing = g.panel.stand(w.opinions, sample)
	w.standing = w.standing.Worst(m.standing)
	for i, o := range w.opinions {
		name := w.j.Plan.Group[i].Name
		if !w.muted {
			w.scores = append(w.scores, record.Score{Detector: name, Series: g.name, Value: o.score, Limit: o.limits.Warning, Ready: o.ready})
		}
		if m.accepts(i) || m.idle(i) && !o.breach() {
			continue // as in judgeNumber
		}
		policy := w.j.policies[name]
		applies := policy.Alerts(r.Kind)
		if !applies && (m.idle(i) || m.states[i].Healthy()) {
			continue
		}
		state := m.state(i, len(g.dets))
		seen := unlimited(applies, o.observe(r.Time, math.NaN(), 0))
		change := step(about, name, g.recurrences[i].Row(policy.Policy), state, seen)
		if change != alerts.Quiet {
			w.say(about, name, state, change, g.explain(i, sample, o), emit)
		}
		if change == alerts.Opened && g.recurrences[i].RunLength() > 0 {
			w.tally.opened++
		}
	}
	// Its own breach and its own member's open alert are the group's own state, so they may be asked.
	sample.Suspect = w.outside(r)
	sample.Suspect = sample.Suspect || m.holding()
	for i, o := range w.opinions {
		sample.Suspect = sample.Suspect || o.breach() && !m.accepts(i)
	}
	m.settle()
	m.passed()
	g.follow(m, w.opinions, sample.Suspect)
	w.tally.expectVector(g, w.opinions)
	for _, d := range g.dets {
		d.Learn(sample)
	}
}

// outside says whether a channel breaks its limit. It asks the record alone, see group.
func (w *Worker) outside(r *record.Record) bool {
	for i := range r.Channels {
		if limit, ok := w.j.limits[r.Channels[i].Name]; ok && w.j.Alerts.Limit.Enabled {
			if breaks(limit.Observe(r.Time, r.Channels[i].Value, limit.Unit)) {
				return true
			}
		}
	}
	return false
}
