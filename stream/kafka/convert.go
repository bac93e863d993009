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

// sheaf hands out room for the headers of records from large blocks. It serves one goroutine.
type sheaf struct{ block []kgo.RecordHeader }

func (s *sheaf) take(n int) []kgo.RecordHeader {
	if len(s.block) < n {
		s.block = make([]kgo.RecordHeader, max(n, 700))
	}
	list := s.block[:n:n]
	s.block = s.block[n:]
	return list
}

// outgoing is the Kafka record of an output. Its timestamp is left to the client: brokers delete by timestamp and
// refuse future ones, so event time, which may be years away, stays in the message.
func (env *Environment) outgoing(o stream.Output, headers *sheaf) *kgo.Record {
	r := &kgo.Record{Key: o.Key, Value: o.Value}
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
		r.Headers = headers.take(len(o.Headers))
		for i, h := range o.Headers {
			r.Headers[i] = kgo.RecordHeader{Key: h.Key, Value: h.Value}
		}
	}
	return r
}
