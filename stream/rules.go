package stream

import (
	"fmt"
	"math"

	"labwatch/alerts"
	"labwatch/record"
)

// rule moves one plain rule's alert on. Healthy states are not kept, so a device that is well costs nothing. The state is
// nil where there is none to speak of.
func (w *Worker) rule(d *device, about *subject, name string, p alerts.Policy, o alerts.Observation) (*alerts.State, alerts.Change) {
	breach := breaks(o)
	if len(d.rules) == 0 && !breach {
		return nil, alerts.Quiet // most readings
	}
	key := ruleKey{name, about.series, about.result + about.own}
	s := d.rules[key]
	switch {
	case s == nil && !breach:
		return nil, alerts.Quiet
	case s == nil && !d.roomForRule(name, w.j.MaxSeries):
		w.tally.unscored++
		return nil, alerts.Quiet
	case s == nil:
		s = &w.state
		*s = alerts.State{}
	case !breach && w.behind(about, s.Newest):
		return s, alerts.Quiet
	}
	change := step(*about, name, p, s, o)
	switch {
	case s.Healthy():
		delete(d.rules, key)
	case s == &w.state:
		kept := *s
		key.series, key.subject = cloned(key.series), cloned(key.subject)
		d.rules[key] = &kept
		s = &kept
	}
	return s, change
}

// behind says whether a reading is older than the newest that its alert or series has seen, so that it says nothing of
// now: a device that sends what it kept during an outage, a control that came late or is corrected afterwards. It may
// still tell of a fault, but not of the end of one. Results are never behind: they are measured in the order in which they
// come, whenever the specimen was collected. A newest time beyond the horizon by more than the grace is not believed.
func (w *Worker) behind(about *subject, newest int64) bool {
	return about.kind != record.Result && about.at < newest && newest-int64(w.j.LateAfter) <= w.horizon
}

// spent says that there is nothing to do: the rule is off, or has no limit for the series, and no alert of it is
// open. One that is open goes on being stepped, without levels, until it resolves.
func (d *device) spent(applies bool, rule, series string) bool {
	return !applies && (len(d.rules) == 0 || d.rules[ruleKey{rule: rule, series: series}] == nil)
}

// unlimited takes the levels away from an observation of a rule that does not apply any more.
func unlimited(applies bool, o alerts.Observation) alerts.Observation {
	if !applies {
		o.Warning, o.Critical = math.NaN(), math.NaN()
	}
	return o
}

func (w *Worker) errorCode(d *device, about *subject, value float64, flags record.Flag, emit Emit) {
	r := &w.j.Alerts.ErrorCode
	if d.spent(r.Enabled, alerts.RuleErrorCode, about.series) {
		return
	}
	o := unlimited(r.Enabled, r.Observe(about.at, value, flags))
	if s, change := w.rule(d, about, alerts.RuleErrorCode, r.Policy, o); change != alerts.Quiet {
		w.say(*about, alerts.RuleErrorCode, s, change, r.Explain(value), emit)
	}
}

// limit says whether the value breaks its limit, which may be none.
func (w *Worker) limit(d *device, about *subject, limit *alerts.Limit, value record.Value, flags record.Flag, emit Emit) bool {
	applies := w.j.Alerts.Limit.Enabled && limit != nil
	if d.spent(applies, alerts.RuleLimit, about.series) {
		return false
	}
	if limit == nil {
		limit = &alerts.Limit{}
	}
	o := unlimited(applies, limit.ObserveValue(about.at, value, flags, about.unit))
	if s, change := w.rule(d, about, alerts.RuleLimit, w.j.Alerts.Limit.Policy, o); change != alerts.Quiet {
		w.say(*about, alerts.RuleLimit, s, change, limit.ExplainValue(value), emit)
	}
	return breaks(o)
}

// breaks says whether an observation is at or beyond one of its levels; a comparison with NaN is false.
func breaks(o alerts.Observation) bool {
	return o.Ready && (o.Score >= o.Warning || o.Score >= o.Critical)
}

// holds says whether an alert of a rule is kept for what r measured. It is asked of each reading, so it makes no string.
func (w *Worker) holds(d *device, rule string, r *record.Record, result string) bool {
	if len(d.rules) == 0 {
		return false
	}
	w.name = r.AppendMeasurand(w.name[:0])
	return d.rules[ruleKey{rule, string(w.name), result}] != nil
}

// qcFailed judges a control by its verdict and the lab's own limits. The alert is of the test and level, whatever
// lot and unit: the first control of a new lot that passes ends it, and so does one after a failure without a number.
func (w *Worker) qcFailed(d *device, r *record.Record, emit Emit) {
	q := &w.j.Alerts.QCFailed
	o := unlimited(q.Enabled, q.Observe(r))
	if !breaks(o) && !w.holds(d, alerts.RuleQCFailed, r, "") {
		return // most controls
	}
	about := subject{origin: r.Origin, at: decisive(r), kind: r.Kind, series: r.Measurand(), test: r.Test, unit: r.Unit,
		device: d.name, facility: d.facility}
	if about.series == "" {
		return
	}
	o.At = about.at
	if s, change := w.rule(d, &about, alerts.RuleQCFailed, q.Policy, o); change != alerts.Quiet {
		w.say(about, alerts.RuleQCFailed, s, change, q.Explain(r), emit)
	}
}

// criticalValue tells every critical result, also one that came late or corrects another. One that is final now and was
// told when it was preliminary has nothing new.
func (w *Worker) criticalValue(d *device, r *record.Record, finalized bool, emit Emit) {
	c := w.j.Alerts.CriticalValue
	if !c.Enabled {
		return
	}
	o := c.Observe(r)
	breach, told := breaks(o), w.holds(d, alerts.RuleCriticalValue, r, r.ID)
	if !breach && !told {
		return // most results, and all without an id: nothing can tell which one they might correct
	}
	if breach && told && finalized {
		return
	}
	about := subject{origin: r.Origin, at: r.Time, kind: r.Kind, device: d.name, facility: d.facility,
		series: r.Measurand(), test: r.Test, unit: r.Unit, result: r.ID}
	if r.ID == "" {
		about.own = fmt.Sprintf("%s/%d/%d/%d", r.Origin.Topic, r.Origin.Partition, r.Origin.Offset, r.Origin.Index)
	}
	if s, change := w.rule(d, &about, alerts.RuleCriticalValue, c.Policy(), o); change != alerts.Quiet {
		w.say(about, alerts.RuleCriticalValue, s, change, c.Explain(r), emit)
		if change == alerts.Opened {
			d.forgetCritical()
		}
	}
}
