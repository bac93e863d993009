package stream

import (
	"math"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// judgeDevice does everything that a reading means to its own device. It says whether the reading is to be
// published; a repeat is not.
func (w *Worker) judgeDevice(d *device, r *record.Record, emit Emit) bool {
	w.fetched += d.fetch(r.Kind)
	v := d.gates[gateIndex(r.Kind)].admit(r, w.j.Remember, int64(w.j.LateAfter))
	w.horizon = math.MaxInt64
	if v == fresh {
		w.horizon = r.Arrived // one absurd date must not make everything after it old
	}
	switch v {
	case repeated:
		return false
	case late:
		r.Flags |= record.Late
	case corrected:
		r.Flags |= record.Correction
	}
	if r.Alert() != "" { // it is a person who speaks, by a clock of his own, and not the device
		w.judgeVerdict(d, r, emit)
		return true
	}
	d.records++
	d.retired = false
	w.tally.pass(d.newest, r.Time, w.j.FalseAlarms)
	d.newest = max(d.newest, r.Time)
	if r.Facility != "" && r.Facility != d.facility {
		d.facility = cloned(r.Facility)
	}
	w.heard(d.card, r, emit)
	if r.Kind == record.Result {
		w.criticalValue(d, r, v == finalized, emit)
	}
	if r.Kind == record.Control && v == corrected {
		w.qcFailed(d, r, emit) // a verdict may come, or be taken back, with a correction
	}
	retires := v == late && r.EventType == record.RetiredEvent // stamped with whatever date: its groups take it too
	if v != fresh && !retires || r.Flags.Has(record.Withdrawn) {
		return true
	}
	switch r.Kind {
	case record.Result, record.Control:
		w.judgeValue(d, r, emit)
	case record.Telemetry:
		for i := range r.Channels {
			w.judgeChannel(d, r, &r.Channels[i], emit)
		}
	case record.Event:
		w.judgeEvent(d, r, emit)
	}
	return true
}

// decisive is the time by which a reading is judged: its own, or its arrival when its clock runs ahead, which would
// hold back everything that waits for time to pass.
func decisive(r *record.Record) int64 {
	if r.Flags.Has(record.Early) {
		return r.Arrived
	}
	return r.Time
}

func (w *Worker) judgeValue(d *device, r *record.Record, emit Emit) {
	name := r.Series()
	if name == "" {
		return
	}
	about := subject{origin: r.Origin, at: decisive(r), kind: r.Kind, series: name, test: r.Test, unit: r.Unit,
		device: d.name, facility: d.facility, patient: r.Patient}
	if r.Flags.Has(record.ErrorCode) || w.holds(d, alerts.RuleErrorCode, r, "") { // else there is nothing to open or to end
		coded := about
		coded.series = r.Measurand()
		w.errorCode(d, &coded, r.Value.Number, r.Flags, emit)
	}
	if r.Kind == record.Control {
		w.qcFailed(d, r, emit)
	}
	limit := w.j.tests[name]
	if limit == nil && r.Kind == record.Result {
		limit = w.j.tests[r.Test.LOINC] // its series has the unit in its name, and the limit has one of its own
	}
	suspect := w.limit(d, &about, limit, r.Value, r.Flags, emit) // also of what may teach nothing
	if !r.Teachable() {
		return
	}
	w.judgeNumber(d, &about, r.Value.Number, suspect, r.Flags.Has(record.Early), emit)
}

func (w *Worker) judgeChannel(d *device, r *record.Record, c *record.Channel, emit Emit) {
	about := subject{origin: r.Origin, at: decisive(r), kind: r.Kind, series: c.Name, device: d.name, facility: d.facility}
	limit := w.j.limits[c.Name]
	if limit != nil {
		about.unit, about.label = limit.Unit, limit.Label
	}
	w.errorCode(d, &about, c.Value, c.Flags, emit)
	if !c.Teachable() {
		return
	}
	suspect := w.limit(d, &about, limit, record.Value{Kind: record.Number, Number: c.Value}, c.Flags, emit)
	w.judgeNumber(d, &about, c.Value, suspect, r.Flags.Has(record.Early), emit)
}

// judgeNumber is score, then decide, then learn, for one number of one series.
func (w *Worker) judgeNumber(d *device, about *subject, value float64, suspect, early bool, emit Emit) {
	named := w.j.Plan.Series[about.kind]
	if len(named) == 0 {
		return // nobody would ask the baseline
	}
	s := d.seriesOf(w.j, about.kind, about.series)
	if s == nil {
		w.tally.unscored++
		return
	}
	w.fetched += s.fetch(value)
	old := w.behind(about, s.seen)
	s.remember(about)
	counts := early || s.votes.counts(about.patient, about.at, int64(w.j.PatientSpan)) // early ones are not learned anyway
	if counts && !early {
		w.budget(d, s, about.at)
	}
	w.vector = append(w.vector[:0], value)
	sample := detectors.Sample{At: about.at, Values: w.vector}
	w.opinions = s.ask(w.j, named, sample, w.timed, w.opinions[:0])
	if counts {
		s.standing = s.panel.stand(w.opinions, sample)
		w.standing = w.standing.Worst(s.standing)
	}
	for i, o := range w.opinions {
		if !w.muted {
			w.scores = append(w.scores, record.Score{Detector: named[i].Name, Series: s.name, Value: o.score, Limit: o.limits.Warning, Ready: o.ready})
		}
		breach := o.breach()
		suspect = suspect || breach
		if !counts || (s.idle(i) || old) && !breach {
			continue // most readings: a step would change nothing; and an old one says nothing of now
		}
		policy := w.j.policies[named[i].Name]
		applies := policy.Alerts(s.kind)
		if !applies && (s.idle(i) || s.states[i].Healthy()) {
			continue
		}
		state := s.state(i)
		seen := unlimited(applies, o.observe(about.at, value, s.side(value)))
		change := step(*about, named[i].Name, policy.Policy, state, seen)
		if change == alerts.Quiet {
			continue
		}
		w.say(*about, named[i].Name, state, change, s.explain(i, sample, o, value), emit)
		if change == alerts.Opened {
			w.tally.opened++
			s.baseline.Discard() // the newest values may be of the fault already
		}
	}
	if counts {
		w.tally.expect(s.promises, w.opinions)
	}
	if early || !counts {
		return // its clock runs ahead, so its place in time is not known; or its patient has been counted
	}
	if old && s.holding() {
		return // the windows must go on speaking of now, or enough of the old would end the alert
	}
	s.settle()
	w.outlast(about, s, emit)
	// While an alert is open nothing new becomes normal: a fault must not be learned away.
	sample.Suspect = suspect || s.holding()
	s.learn(sample)
}

// judgeEvent learns anew what an event makes obsolete: after a calibration everything about the device, after a new
// lot its results and controls. A device that is retired is forgotten.
func (w *Worker) judgeEvent(d *device, r *record.Record, emit Emit) {
	if r.EventType == record.RetiredEvent {
		w.retire(d, subject{origin: r.Origin, at: decisive(r), kind: r.Kind}, emit)
		return
	}
	if r.EventType != record.CalibrationEvent && r.EventType != record.LotEvent {
		return
	}
	about := subject{origin: r.Origin, at: decisive(r), device: d.name, facility: d.facility}
	for _, s := range d.series.all {
		if r.EventType == record.LotEvent && s.kind == record.Telemetry {
			continue
		}
		w.relearn(alerts.StatReset, about, s, about.at, emit)
	}
	w.tally.resets++
}
