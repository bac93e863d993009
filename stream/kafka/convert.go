package kafka

import (
	"time"

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
	records blocks[kgo.Record]
	headers blocks[kgo.RecordHeader]
	at      time.Time // of the records; zero leaves it to the client, which reads the clock for each
}

const (
	recordsAtOnce = 128
	headersAtOnce = 7 * recordsAtOnce // of judged records
)

func (s *sheaf) record() *kgo.Record { return &s.records.take(1, recordsAtOnce)[0] }

func (s *sheaf) room(n int) []kgo.RecordHeader { return s.headers.take(n, headersAtOnce) }

// reuse takes back everything that was handed out since the last call: the transaction is committed, so the client has
// given back every record.
func (s *sheaf) reuse() {
	s.records.reuse()
	s.headers.reuse()
}

// blocks hands out values from blocks. A block that is not taken back lives until the last of its values is let go.
type blocks[T any] struct {
	left       []T // of the block at hand
	used, free [][]T
}

// take gives n zero values; size is that of a block, always the same.
func (b *blocks[T]) take(n, size int) []T {
	if n > size {
		return make([]T, n)
	}
	if len(b.left) < n {
		if last := len(b.free) - 1; last >= 0 {
			b.left, b.free = b.free[last], b.free[:last]
		} else {
			b.left = make([]T, size)
		}
		if len(b.used) < blocksKept {
			b.used = append(b.used, b.left)
		}
	}
	list := b.left[:n:n]
	b.left = b.left[n:]
	return list
}

// blocksKept bounds the blocks that are kept: those of records and of headers take 2 MB together. Of a transaction that
// fills more each lives until the last of its values is let go, and holds up no keys and values until the commit.
const blocksKept = 32

// reuse keeps as many blocks as were used since the last call at most, so that a burst is soon forgotten.
func (b *blocks[T]) reuse() {
	for _, block := range b.used {
		clear(block)
	}
	clear(b.free)
	b.free, b.used, b.left = b.used, b.free[:0], nil
}

// outgoing is the Kafka record of an output. Its timestamp is that of the sheaf, when work on what was fetched began:
// brokers delete by timestamp and refuse future ones, so event time, which may be years away, stays in the message.
func (env *Environment) outgoing(o stream.Output, s *sheaf) *kgo.Record {
	r := s.record()
	r.Key, r.Value, r.Timestamp = o.Key, o.Value, s.at
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
