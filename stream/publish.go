package stream

import (
	"strconv"

	"labwatch/alerts"
	"labwatch/record"
)

// Seal encrypts what was set aside. A reject may hold anything, names included, so nobody without the key can read
// it. The same message gives the same bytes.
type Seal func(origin record.Origin, key, value []byte) []byte

// publisher makes outputs. It serves one goroutine.
type publisher struct {
	seal     Seal
	slab     slab
	headers  [7]Header // of the output at hand
	facility string    // of the reading before,
	source   []byte    // and the source of its event
}

// text is s as bytes of an output.
func (p *publisher) text(s string) []byte {
	return p.slab.take(len(s), func(b []byte) []byte { return append(b, s...) })
}

// log is a standardized reading on its way to the judge, keyed so that a device stays in one partition.
func (p *publisher) log(r *record.Record) Output {
	b := p.slab.room(1024)
	start := len(b)
	b = append(b, r.Device...)
	key := len(b)
	b = record.AppendBinary(b, r)
	p.slab.keep(b)
	return Output{To: Log, Key: b[start:key:key], Value: b[key:len(b):len(b)]}
}

// record is a judged reading. All that is written anew for it stands in one piece of the slab.
func (p *publisher) record(r *record.Record, scores []record.Score, standing record.Standing) Output {
	b := p.slab.room(4096)
	start := len(b)
	b = append(b, r.Device...)
	key := len(b)
	b = record.AppendEventID(b, &r.Origin)
	id := len(b)
	b = record.AppendTime(b, r.Time)
	at := len(b)
	b = record.AppendJSON(b, r, scores, standing)
	p.slab.keep(b)

	device := b[start:key:key]
	subject := device
	if escaped := record.EventSubject(r.Device); escaped != r.Device {
		subject = p.text(escaped)
	}
	if p.source == nil || r.Facility != p.facility {
		p.facility, p.source = cloned(r.Facility), []byte(record.EventSource(r.Facility))
	}
	p.headers = [...]Header{
		{"ce_specversion", version10},
		{"ce_id", b[key:id:id]},
		{"ce_type", eventTypes[r.Kind]},
		{"ce_source", p.source},
		{"ce_subject", subject},
		{"ce_time", b[id:at:at]},
		{"content-type", contentJSON},
	}
	return Output{To: Records, Key: device, Value: b[at:len(b):len(b)], Headers: p.headers[:]}
}

// What all outputs share; nobody writes to it.
var (
	version10   = []byte("1.0")
	contentJSON = []byte("application/json")
	eventTypes  = [...][]byte{
		record.Result:    []byte(record.CloudEventType(record.Result)),
		record.Control:   []byte(record.CloudEventType(record.Control)),
		record.Event:     []byte(record.CloudEventType(record.Event)),
		record.Telemetry: []byte(record.CloudEventType(record.Telemetry)),
	}
)

// alert is one message about an alert.
func (p *publisher) alert(a *alerts.Alert) Output {
	o := Output{
		To:    Alerts,
		Key:   []byte(a.Device),
		Value: p.slab.take(4096, func(b []byte) []byte { return alerts.AppendJSON(b, a) }),
	}
	for _, h := range alerts.AppendHeaders(nil, a) {
		o.Headers = append(o.Headers, Header{h.Key, []byte(h.Value)})
	}
	return o
}

// reject is a message that could not be read, sealed, with headers as Kafka Connect writes them. It has no key: the
// message's own key may name a person, and is sealed with it.
func (p *publisher) reject(m Message, why *record.Reject) Output {
	origin := record.Origin{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset}
	return Output{
		To:    Rejects,
		Value: p.seal(origin, m.Key, m.Value),
		Headers: []Header{
			{"__connect.errors.topic", []byte(m.Topic)},
			{"__connect.errors.partition", strconv.AppendInt(nil, int64(m.Partition), 10)},
			{"__connect.errors.offset", strconv.AppendInt(nil, m.Offset, 10)},
			{"__connect.errors.stage", []byte(why.Stage)},
			{"__connect.errors.exception.class.name", []byte("labwatch." + why.Code)},
			{"__connect.errors.exception.message", []byte("the message was set aside: " + why.Code)},
			{"labwatch.error.code", []byte(why.Code)},
			{"labwatch.version", []byte("1")},
			{"content-type", []byte("application/vnd.labwatch.sealed")},
		},
	}
}

// FrameReject joins the key and value of a message that was set aside, so that both are sealed as one.
func FrameReject(key, value []byte) []byte {
	return append(appendBytes(make([]byte, 0, len(key)+len(value)+10), key), value...)
}

// UnframeReject takes apart what FrameReject joined.
func UnframeReject(b []byte) (key, value []byte, err error) {
	r := reader{b: b}
	key = r.bytes()
	return key, r.b, r.err
}
