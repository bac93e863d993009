package record

import "strings"

// verdictID is the id of an entry by which somebody says what he thinks of an alert. It names both, so that the same
// verdict sent twice is a repeat and another one on the same alert is not. Said again at another time it is a correction
// of the first, because the time is part of what an entry says.
func verdictID(e EventType, alert string) string {
	if alert == "" || e != AcceptEvent && e != AcknowledgeEvent && e != RollBackEvent {
		return ""
	}
	return e.String() + ":" + alert
}

// Alert is the id of the alert that a verdict is about; empty for every other record.
func (r *Record) Alert() string {
	if r.Kind != Event {
		return ""
	}
	_, alert, _ := strings.Cut(r.ID, ":")
	return alert
}
