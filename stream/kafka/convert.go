package kafka

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// incoming is what the engine sees of a Kafka record. The bytes stay the client's and are not changed.
func incoming(r *kgo.Record) stream.Message {
	return stream.Message{
		Topic: r.Topic, Partition: r.Partition, Offset: r.Offset,
		Key: r.Key, Value: r.Value, At: r.Timestamp.UnixNano(),
	}
}

// sheaf hands out records and room for their headers from large blocks. It serves one goroutine.
type sheaf struct {
	records []kgo.Record
	headers []kgo.RecordHeader
}

// sheafSize records are allocated at once. A block lives until the last of them is acknowledged.
const sheafSize = 128

func (s *sheaf) record() *kgo.Record {
	if len(s.records) == 0 {
		s.records = make([]kgo.Record, sheafSize)
	}
	r := &s.records[0]
	s.records = s.records[1:]
	return r
}

func (s *sheaf) room(n int) []kgo.RecordHeader {
	if len(s.headers) < n {
		s.headers = make([]kgo.RecordHeader, max(n, 7*sheafSize)) // of a judged record
	}
	list := s.headers[:n:n]
	s.headers = s.headers[n:]
	return list
}

// outgoing is the Kafka record of an output. Its timestamp is left to the client: brokers delete by timestamp and
// refuse future ones, so event time, which may be years away, stays in the message.
func (env *Environment) outgoing(o stream.Output, s *sheaf) *kgo.Record {
	r := s.record()
	r.Key, r.Value = o.Key, o.Value
	switch o.To {
	case stream.Log:
		r.Topic = env.Topics.Log
	case stream.Records:
		r.Topic = env.Topics.Records
	case stream.Alerts:
		r.Topic = env.Topics.Alerts
	case stream.Rejects:
		r.Topic = env.Topics.Rejects
	}
	if len(o.Headers) > 0 {
		r.Headers = s.room(len(o.Headers))
		for i, h := range o.Headers {
			r.Headers[i] = kgo.RecordHeader(h)
		}
	}
	return r
}
