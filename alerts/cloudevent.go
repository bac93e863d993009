package alerts

import (
	"net/url"
	"strconv"
	"time"
)

// Header is one header of a published alert.
type Header struct{ Key, Value string }

// AppendHeaders appends the attributes of a as a CloudEvent 1.0 in binary mode, as the Kafka protocol binding
// writes them. The id is the alert's with the sequence, so that each message is unique and a repeat is
// recognised; the time is the record's.
func AppendHeaders(dst []Header, a *Alert) []Header {
	return append(dst,
		Header{"ce_specversion", "1.0"},
		Header{"ce_id", a.ID + "." + strconv.Itoa(a.Sequence)},
		Header{"ce_type", "labwatch.alert." + a.Change.String()},
		Header{"ce_source", Source(a)},
		Header{"ce_subject", subjectPath(a)},
		Header{"ce_time", time.Unix(0, a.At).UTC().Format(time.RFC3339Nano)},
		Header{"content-type", "application/json"},
	)
}

// Source is where an alert comes from as a URI reference: "/labwatch/<facility>", each name escaped.
func Source(a *Alert) string {
	if a.Facility == "" {
		return "/labwatch"
	}
	return "/labwatch/" + url.PathEscape(a.Facility)
}

// subjectPath is what the alert is about within its source: device, then series where there is one, then rule.
func subjectPath(a *Alert) string {
	s := url.PathEscape(a.Device)
	if a.Series != "" {
		s += "/" + url.PathEscape(a.Series)
	}
	return s + "/" + url.PathEscape(a.Rule)
}
