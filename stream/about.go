package stream

import (
	"slices"
	"strconv"
	"strings"

	"labwatch/alerts"
	"labwatch/record"
)

// Most messages of an alert are made by a reading, which says what the alert is about. Of those that a person or a tick
// makes, or an event, this file says the same, so that an alert is called the same from its beginning to its end.

// ofSeries is about a series, with the names that its readings give it.
func (w *Worker) ofSeries(about subject, s *series) subject {
	about.kind, about.series, about.test, about.unit = s.kind, s.name, s.test, s.unit
	return w.ofChannel(about)
}

// ofChannel adds what the config calls a channel.
func (w *Worker) ofChannel(about subject) subject {
	if limit := w.j.limits[about.series]; limit != nil && about.kind == record.Telemetry {
		about.unit, about.label = limit.Unit, limit.Label
	}
	return about
}

// ofRule is about what a plain rule's alert is.
func (w *Worker) ofRule(about subject, d *device, key ruleKey, s *alerts.State) subject {
	about.series = key.series
	if measured := d.measured(key.series); measured != nil {
		about.kind, about.test, about.unit = measured.kind, measured.test, measured.unit
	} else {
		about.kind, about.test = d.unmeasured(key.series)
	}
	if key.rule == alerts.RuleCriticalValue && !isPlace(s, key, d.name) {
		about.result = key.subject
	}
	return w.ofChannel(about)
}

// measured is the series that holds the numbers of what a plain rule speaks of: the one of that name or, because a rule may
// leave out unit and lot, the one of its test that was seen last, of equals the first by name. Nil when none was scored.
func (d *device) measured(name string) *series {
	found := d.series.find(name)
	if found != nil {
		return found
	}
	for _, s := range d.series.all {
		if s.ofTest(name) && (found == nil || s.seen > found.seen) {
			found = s
		}
	}
	return found
}

// ofTest says whether the name is that of the test of the series, with its unit or without. In that of a control level and
// lot follow.
func (s *series) ofTest(name string) bool {
	r := record.Record{Kind: s.kind, Test: s.test, Unit: s.unit}
	with, without := r.Series(), r.Measurand()
	if s.kind == record.Control {
		return strings.HasPrefix(name, with) || strings.HasPrefix(name, without)
	}
	return s.kind == record.Result && (name == with || name == without)
}

// unmeasured is what is known of a series without numbers, such as that of a probe which was broken from its first day: by
// its name the kind, and the test where that has a LOINC.
func (d *device) unmeasured(name string) (record.Kind, record.Test) {
	code, control := strings.CutPrefix(name, "qc/")
	if control {
		code, _, _ = strings.Cut(code, "/")
	}
	loinc := alerts.LOINCOf(code)
	test := record.Test{}
	if record.CheckLOINC(loinc) == nil {
		test.LOINC = loinc
		if same := slices.IndexFunc(d.series.all, func(s *series) bool { return s.test.LOINC == loinc }); same >= 0 {
			test = d.series.all[same].test // results tell of their controls
		}
	}
	switch {
	case control:
		return record.Control, test
	case test.LOINC != "" || strings.HasPrefix(code, "local:"):
		return record.Result, test
	}
	return record.Telemetry, test
}

// isPlace says whether the subject of a critical value's key is the place of the result that opened it, which keeps one
// without id apart from others: then the id of the alert was made of it. It is never published.
func isPlace(s *alerts.State, key ruleKey, device string) bool {
	parts := strings.Split(key.subject, "/")
	if len(parts) != 4 {
		return false
	}
	partition, err1 := strconv.ParseInt(parts[1], 10, 32)
	offset, err2 := strconv.ParseInt(parts[2], 10, 64)
	index, err3 := strconv.ParseInt(parts[3], 10, 32)
	origin := record.Origin{Topic: parts[0], Partition: int32(partition), Offset: offset, Index: int32(index)}
	return err1 == nil && err2 == nil && err3 == nil && alerts.NewID(origin, key.rule, device, key.series) == s.ID
}
