package stream

import (
	"maps"
	"slices"

	"labwatch/alerts"
	"labwatch/record"
)

// judgeVerdict does what a person says of an alert of this device. It is an entry of the device's log like any other,
// so it has its place in the order of things, and a restart or a replay does the same. A verdict on an alert that is
// not open any more changes nothing, but that what it was ended for can be taken back.
func (w *Worker) judgeVerdict(d *device, r *record.Record, emit Emit) {
	w.heeded = w.heed(d, r, emit)
}

// heed says whether the verdict changed anything.
func (w *Worker) heed(d *device, r *record.Record, emit Emit) bool {
	id := r.Alert()
	about := subject{origin: r.Origin, at: decisive(r), device: d.name, facility: d.facility}
	for _, s := range d.series.all {
		open := slices.IndexFunc(s.states, func(state alerts.State) bool { return named(&state, id) })
		if open < 0 && !(r.EventType == record.RollBackEvent && s.former.names(id)) {
			continue
		}
		about = w.ofSeries(about, s)
		switch r.EventType {
		case record.AcceptEvent:
			w.accept(alerts.StatAccepted, about, s, emit)
			return true
		case record.RollBackEvent:
			return w.rollBack(about, s, emit)
		}
		return w.acknowledge(about, w.j.Plan.Series[s.kind][open].Name, &s.states[open], r.Technician, emit)
	}
	if r.EventType == record.RollBackEvent {
		return false // a plain rule has learned nothing
	}
	if s := d.silent; s != nil && named(s, id) {
		about.kind = record.Tick
		return w.acknowledge(about, alerts.RuleSilent, s, r.Technician, emit)
	}
	for _, key := range slices.SortedFunc(maps.Keys(d.rules), compareKeys) {
		if state := d.rules[key]; named(state, id) {
			// Its limit stands in the config, so there is nothing to be learned anew.
			return w.acknowledge(w.ofRule(about, d, key, state), key.rule, state, r.Technician, emit)
		}
	}
	return false
}

// named says whether a state is that of the open alert with the id.
func named(s *alerts.State, id string) bool { return s.Phase == alerts.Open && s.ID.String() == id }

// accept ends all alerts of a series, whose level is normal from now on for the reason that the statistic names, and
// lets it be learned anew. The series' own time counts, not that of the person's clock: an instrument's may be behind it.
func (w *Worker) accept(statistic string, about subject, s *series, emit Emit) {
	w.relearn(statistic, about, s, s.seen, emit)
	w.tally.resets++
}

// acknowledge notes that somebody looks after an alert, and tells it. False when somebody does already.
func (w *Worker) acknowledge(about subject, rule string, s *alerts.State, by string, emit Emit) bool {
	if s.Acknowledged != 0 {
		return false
	}
	s.Acknowledged = about.at
	s.Said = max(s.Newest, about.at) // Newest is the device's, whose clock may lag behind the person's
	s.Sequence++
	w.sayBy(by, about, rule, s, alerts.Updated, alerts.NewEvidence(alerts.StatAcknowledged), emit)
	return true
}
