package record

import (
	"net/url"
	"strconv"
)

// The attributes of a published record as a CloudEvent 1.0.

// AppendEventID appends the id: the place of the raw record, "<topic>/<partition>/<offset>" and "/<index>" for all but
// the first reading of a message, so that a repeat is recognised.
func AppendEventID(dst []byte, o *Origin) []byte {
	dst = append(dst, o.Topic...)
	dst = strconv.AppendInt(append(dst, '/'), int64(o.Partition), 10)
	dst = strconv.AppendInt(append(dst, '/'), o.Offset, 10)
	if o.Index > 0 {
		dst = strconv.AppendInt(append(dst, '/'), int64(o.Index), 10)
	}
	return dst
}

// EventSource is "/labwatch" or "/labwatch/<facility>", the facility escaped as a segment of a URI path.
func EventSource(facility string) string {
	if facility == "" {
		return "/labwatch"
	}
	return "/labwatch/" + url.PathEscape(facility)
}

// EventSubject is the device, escaped likewise.
func EventSubject(device string) string { return url.PathEscape(device) }

// CloudEventType is "labwatch.record.<kind>".
func CloudEventType(k Kind) string { return "labwatch.record." + k.String() }
