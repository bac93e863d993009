package record

import (
	"net/url"
	"strconv"
)

// CloudEvent holds the attributes of a record as a CloudEvent 1.0. Source and ID together are unique, and the
// same record has the same ones whenever it is published again.
type CloudEvent struct {
	ID      string // topic/partition/offset/index of the raw reading
	Source  string // URI reference "/labwatch/<facility>", or "/labwatch"
	Type    string // "labwatch.record.<kind>"
	Subject string // device, escaped as in a URI path
	Time    string // event time in RFC 3339, UTC; empty when unknown
}

// CloudEvent returns the attributes of r.
func (r *Record) CloudEvent() CloudEvent {
	e := CloudEvent{ID: r.Origin.String(), Source: "/labwatch", Type: "labwatch.record." + r.Kind.String(), Subject: url.PathEscape(r.Device)}
	if r.Facility != "" {
		e.Source += "/" + url.PathEscape(r.Facility)
	}
	if r.Time != 0 {
		e.Time = string(appendTime(nil, r.Time))
	}
	return e
}

// String is topic/partition/offset/index.
func (o Origin) String() string {
	b := append(make([]byte, 0, len(o.Topic)+32), o.Topic...)
	b = strconv.AppendInt(append(b, '/'), int64(o.Partition), 10)
	b = strconv.AppendInt(append(b, '/'), o.Offset, 10)
	return string(strconv.AppendInt(append(b, '/'), int64(o.Index), 10))
}
