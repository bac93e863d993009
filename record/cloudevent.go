package record

import (
	"net/url"
	"strconv"
)

// CloudEvent gives the attributes of the published record as a CloudEvent 1.0. The id is the place of the raw
// record, "<topic>/<partition>/<offset>" and "/<index>" for all but the first reading of a message, so that a
// repeat is recognised; typ is "labwatch.record.<kind>". Source is "/labwatch" or "/labwatch/<facility>", and
// subject the device, each name escaped as a segment of a URI path.
func (r *Record) CloudEvent() (id, typ, source, subject string) {
	var buf [128]byte
	b := append(buf[:0], r.Origin.Topic...)
	b = strconv.AppendInt(append(b, '/'), int64(r.Origin.Partition), 10)
	b = strconv.AppendInt(append(b, '/'), r.Origin.Offset, 10)
	if r.Origin.Index > 0 {
		b = strconv.AppendInt(append(b, '/'), int64(r.Origin.Index), 10)
	}
	source = "/labwatch"
	if r.Facility != "" {
		source = "/labwatch/" + url.PathEscape(r.Facility)
	}
	return string(b), eventType(r.Kind), source, url.PathEscape(r.Device)
}

// eventType spares an allocation for each record of the four streams.
func eventType(k Kind) string {
	switch k {
	case Result:
		return "labwatch.record.result"
	case Control:
		return "labwatch.record.qc"
	case Event:
		return "labwatch.record.log"
	case Telemetry:
		return "labwatch.record.telemetry"
	}
	return "labwatch.record." + k.String()
}
