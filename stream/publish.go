package stream

import (
	"strconv"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// Seal encrypts what was set aside. A reject may hold anything, names included, so nobody without the key can read
// it. The same message gives the same bytes.
type Seal func(origin record.Origin, key, value []byte) []byte

// publisher makes outputs. It serves one goroutine.
type publisher struct {
	seal    Seal
	slab    slab
	headers []Header // room for those of the next outputs
}

// text is s as bytes of an output.
func (p *publisher) text(s string) []byte {
	return p.slab.take(len(s), func(b []byte) []byte { return append(b, s...) })
}

// room is an empty list with room for n headers, cut from a block as the slab does.
func (p *publisher) room(n int) []Header {
	if len(p.headers) < n {
		p.headers = make([]Header, 100*n)
	}
	list := p.headers[:0:n]
	p.headers = p.headers[n:]
	return list
}

// log is a standardized reading on its way to the judge, keyed so that a device stays in one partition.
func (p *publisher) log(r *record.Record) Output {
	return Output{
		To:    Log,
		Key:   p.text(r.Device),
		Value: p.slab.take(1024, func(b []byte) []byte { return record.AppendBinary(b, r) }),
	}
}

// record is a judged reading.
func (p *publisher) record(r *record.Record, scores []record.Score) Output {
	id, typ, source, subject := r.CloudEvent()
	return Output{
		To:    Records,
		Key:   p.text(r.Device),
		Value: p.slab.take(4096, func(b []byte) []byte { return record.AppendJSON(b, r, scores) }),
		Headers: append(p.room(7),
			Header{"ce_specversion", version10},
			Header{"ce_id", p.text(id)},
			Header{"ce_type", p.text(typ)},
			Header{"ce_source", p.text(source)},
			Header{"ce_subject", p.text(subject)},
			Header{"ce_time", p.slab.take(40, func(b []byte) []byte {
				return time.Unix(0, r.Time).UTC().AppendFormat(b, time.RFC3339Nano)
			})},
			Header{"content-type", contentJSON},
		),
	}
}

// version10 and contentJSON are shared by all outputs; nobody writes to them.
var (
	version10   = []byte("1.0")
	contentJSON = []byte("application/json")
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
