package deliver

import (
	"cmp"
	"slices"

	"labwatch/alerts"
)

// maxTold bounds the open alerts that are remembered of a sink. Of one beyond it each message is told as if it were the
// first; it is not said again to a sink that forgets, and its end is not told.
const maxTold = 20_000

// told is what a sink has heard and what has not ended since: a person who was told of the beginning must hear of the
// end, and of its getting worse.
type told map[string]*Message

func newTold() told { return told{} }

// choose says whether m concerns the sink, and takes note of it.
func (t told) choose(m *Message, least alerts.Severity, updates bool) bool {
	before := t[m.Alert.ID]
	if before != nil {
		m.before = before.Alert.Severity
	}
	switch {
	case m.Alert.Change == alerts.Resolved:
		delete(t, m.Alert.ID)
		return before != nil
	case m.Alert.Severity < least:
		return false
	}
	if before != nil || len(t) < maxTold {
		t[m.Alert.ID] = m
	}
	return before == nil || updates || m.Alert.Severity > before.Alert.Severity
}

// open lists what has not ended and was not refused, the oldest first.
func (t told) open() []*Message {
	list := make([]*Message, 0, len(t))
	for _, m := range t {
		if !m.refused {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *Message) int {
		return cmp.Or(cmp.Compare(a.Alert.Opened, b.Alert.Opened), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// drop forgets a partition.
func (t told) drop(partition int32) {
	for id, m := range t {
		if m.Partition == partition {
			delete(t, id)
		}
	}
}
