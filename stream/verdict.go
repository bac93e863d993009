package stream

import (
	"maps"
	"slices"

	"labwatch/alerts"
	"labwatch/record"
)

// judgeVerdict does what a person says of an alert of this device. It is an entry of the device's log like any other,
// so it has its place in the order of things, and a restart or a replay does the same. A verdict on an alert that is
// not open any more changes nothing.
func (w *Worker) judgeVerdict(d *device, r *record.Record, emit Emit) {
	id := r.Alert()
	for _, name := range slices.Sorted(maps.Keys(d.series)) {
		s := d.series[name]
		for i := range s.states {
			if state := &s.states[i]; state.Phase == alerts.Open && state.ID.String() == id {
				about := subject{origin: r.Origin, at: decisive(r), kind: s.kind, series: name, test: s.test, unit: s.unit,
					device: d.name, facility: d.facility}
				if r.EventType == record.AcceptEvent {
					w.accept(alerts.StatAccepted, about, s, emit)
				} else {
					w.acknowledge(about, w.j.Plan.Series[s.kind][i].Name, state, r.Technician, emit)
				}
				return
			}
		}
	}
	if s := d.silent; s != nil && s.Phase == alerts.Open && s.ID.String() == id {
		about := subject{origin: r.Origin, at: decisive(r), kind: r.Kind, device: d.name, facility: d.facility}
		w.acknowledge(about, alerts.RuleSilent, s, r.Technician, emit)
		return
	}
	for _, key := range slices.SortedFunc(maps.Keys(d.rules), compareKeys) {
		if state := d.rules[key]; state.Phase == alerts.Open && state.ID.String() == id {
			about := subject{origin: r.Origin, at: decisive(r), kind: r.Kind, series: key.series, device: d.name,
				facility: d.facility, result: key.subject}
			// A plain rule has learned nothing that could be learned anew: its limit stands in the config.
			w.acknowledge(about, key.rule, state, r.Technician, emit)
			return
		}
	}
	w.tally.idleVerdicts++
}

// accept ends all alerts of a series, whose level is normal from now on for the reason that the statistic names, and
// lets it be learned anew. The series' own time counts, not that of the person's clock: an instrument's may be behind it.
func (w *Worker) accept(statistic string, about subject, s *series, emit Emit) {
	for i, n := range w.j.Plan.Series[s.kind] {
		w.endFor(statistic, about, n.Name, &s.states[i], emit)
	}
	s.baseline.Reset(s.seen)
	w.tally.resets++
}

// acknowledge notes that somebody looks after an alert, and tells it.
func (w *Worker) acknowledge(about subject, rule string, s *alerts.State, by string, emit Emit) {
	if s.Acknowledged != 0 {
		w.tally.idleVerdicts++
		return
	}
	s.Acknowledged = about.at
	s.Newest = max(s.Newest, about.at)
	s.Said = s.Newest
	s.Sequence++
	w.sayBy(by, about, rule, s, alerts.Updated, alerts.NewEvidence(alerts.StatAcknowledged), emit)
}
