package stream

import (
	"labwatch/alerts"
	"labwatch/record"
)

// heard notes that a device has spoken, which ends its silence.
func (w *Worker) heard(c *card, r *record.Record, emit Emit) {
	c.heard = max(c.heard, w.heardAt)
	s := &w.j.Alerts.Silent
	if !s.Enabled || !s.Watches(r.Kind) {
		return
	}
	c.watched++
	silentSince := c.lastSeen
	c.lastSeen = max(c.lastSeen, w.heardAt)
	if c.silent == nil {
		return
	}
	about := subject{origin: r.Origin, at: w.heardAt, kind: record.Tick, device: c.name, facility: c.facility}
	if change := w.stepSilence(c, about, s.Observe(c.lastSeen, c.lastSeen, int(c.watched))); change != alerts.Quiet {
		w.say(about, alerts.RuleSilent, &w.state, change, s.Explain(silentSince, c.lastSeen), emit)
	}
}

// watch looks at a device when time has passed and says whether that changed anything. It needs the card only, so that
// an outage of many devices brings none of them into memory; and once an alert is open, a tick that has nothing to say
// changes nothing.
func (w *Worker) watch(c *card, origin record.Origin, t tick, emit Emit) bool {
	s := &w.j.Alerts.Silent
	if !s.Enabled || c.watched == 0 {
		return false
	}
	// Silence counts from the last reading, but not from before we listened without a gap.
	heard := max(c.lastSeen, t.since)
	if t.at-heard < int64(s.After) {
		return false // a tick opens and updates; only a reading ends a silence
	}
	if o := c.silent; o != nil && o.Phase == alerts.Open && (o.Acknowledged != 0 || t.at-o.Said < int64(s.Policy.UpdateEvery)) {
		return false
	}
	o := s.Observe(heard, t.at, int(c.watched))
	if !o.Ready {
		return false
	}
	about := subject{origin: origin, at: t.at, kind: record.Tick, tick: true, device: c.name, facility: c.facility}
	if change := w.stepSilence(c, about, o); change != alerts.Quiet {
		w.say(about, alerts.RuleSilent, &w.state, change, s.Explain(heard, t.at), emit)
	}
	return true
}

// stepSilence moves the alert of a device's silence on; w.state is what it then stands at. A healthy one is not kept.
func (w *Worker) stepSilence(c *card, about subject, o alerts.Observation) alerts.Change {
	w.state = alerts.State{}
	if c.silent != nil {
		w.state = *c.silent
	}
	change := step(about, alerts.RuleSilent, w.j.Alerts.Silent.Policy, &w.state, o)
	c.silent = nil
	if !w.state.Healthy() {
		kept := w.state
		c.silent = &kept
	}
	return change
}
