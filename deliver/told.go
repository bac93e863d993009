package deliver

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// maxTold bounds the open alerts that are remembered of a sink. Of one beyond it each message is told as if it were the
// first; it is not said again to a sink that forgets, and its end is not told.
const maxTold = 20_000

// maxCriticals bounds the critical values that are remembered. Nothing ends a critical value but a correction, so in time
// they would take all the room of what does end; the newest are kept, beside the others.
const maxCriticals = 1000

// criticalFor is how long a critical value is said again to a sink that forgets. It is an event and no state: nobody
// would tell its end.
const criticalFor = time.Hour

// told is what a sink has heard and what has not ended since: a person who was told of the beginning must hear of the
// end, and of its getting worse.
type told struct {
	states    map[string]*Message
	criticals []*Message // those heard first in front
}

// naming is what an alert was called when the sink first heard of it. What is said of it later may call it otherwise: a
// device can be moved to another facility, and labwatch be updated, while an alert is open.
type naming struct {
	kind                      record.Kind
	facility, series, subject string
}

func newTold() *told { return &told{states: map[string]*Message{}} }

// choose says whether m concerns the sink, and tells m what the sink has heard before.
func (t *told) choose(m *Message, least alerts.Severity, updates bool) bool {
	before := t.find(m)
	if before != nil {
		m.before, m.called = before.Alert.Severity, before.called
	}
	switch {
	case m.Alert.Change == alerts.Resolved:
		return before != nil
	case m.Alert.Severity < least:
		return false
	}
	return before == nil || updates || m.Alert.Severity > before.Alert.Severity
}

// note takes note that the sink knows m. Its JSON is dropped: it is a piece of what was fetched, and would keep all of that
// for as long as the alert is open.
func (t *told) note(m *Message) {
	m.JSON = nil
	critical := m.Alert.Rule == alerts.RuleCriticalValue
	switch {
	case m.Alert.Change == alerts.Resolved && critical:
		t.criticals = slices.DeleteFunc(t.criticals, m.same)
	case m.Alert.Change == alerts.Resolved:
		delete(t.states, m.Alert.ID)
	case critical:
		if i := slices.IndexFunc(t.criticals, m.same); i >= 0 {
			t.criticals[i] = m
			return
		}
		if t.criticals = append(t.criticals, m); len(t.criticals) > maxCriticals {
			t.criticals = slices.Delete(t.criticals, 0, 1)
		}
	case t.states[m.Alert.ID] != nil || len(t.states) < maxTold:
		t.states[m.Alert.ID] = m
	}
}

// find is what the sink has heard last of the alert; nil: nothing.
func (t *told) find(m *Message) *Message {
	if m.Alert.Rule != alerts.RuleCriticalValue {
		return t.states[m.Alert.ID]
	}
	if i := slices.IndexFunc(t.criticals, m.same); i >= 0 {
		return t.criticals[i]
	}
	return nil
}

// same says whether other is of the same alert.
func (m *Message) same(other *Message) bool { return other.Alert.ID == m.Alert.ID }

// open lists what has not ended, the oldest first.
func (t *told) open(now time.Time) []*Message {
	list := make([]*Message, 0, len(t.states))
	for _, m := range t.states {
		list = append(list, m)
	}
	for _, m := range t.criticals {
		if !over(&m.Alert) && now.Sub(time.Unix(0, m.At)) < criticalFor {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *Message) int {
		return cmp.Or(cmp.Compare(a.Alert.Opened, b.Alert.Opened), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// over says whether an Alertmanager need not be asked to go on. Nothing else ends a critical value for those whom it
// pages than that somebody looks after it.
func over(a *alerts.Alert) bool {
	return a.Change == alerts.Resolved || a.Rule == alerts.RuleCriticalValue && a.Evidence.Statistic == alerts.StatAcknowledged
}

// drop forgets a partition.
func (t *told) drop(partition int32) {
	lost := func(m *Message) bool { return m.Partition == partition }
	maps.DeleteFunc(t.states, func(_ string, m *Message) bool { return lost(m) })
	t.criticals = slices.DeleteFunc(t.criticals, lost)
}
