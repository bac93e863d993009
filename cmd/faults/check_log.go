package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/record"
	"labwatch/stream"
)

// place is one partition of one topic.
type place struct {
	topic     string
	partition int32
}

// balance holds raw messages against what became of them. What a message must become is added, what is found is taken
// away; in the end everything must be zero.
type balance struct {
	hash hasher
	mu   sync.Mutex
	raw  map[place]*rawPartition
	diff difference
}

type rawPartition struct {
	outputs []int8           // by offset: how many are missing; below zero, too many
	sums    []uint64         // by offset: sum of their hashes
	last    map[int32]origin // by partition of the log: the newest that was found there
}

type origin struct {
	offset int64
	index  int32
}

func newBalance(h hasher) *balance { return &balance{hash: h, raw: map[place]*rawPartition{}} }

// expect runs the raw messages of a partition through an undisturbed sequencer.
func (b *balance) expect(ctx context.Context, l *lab, ref *reference, at place, end int64) error {
	seq, err := ref.sequencer()
	if err != nil {
		return err
	}
	r := &rawPartition{outputs: make([]int8, end), sums: make([]uint64, end), last: map[int32]origin{}}
	err = l.topics.Read(ctx, at.topic, at.partition, 0, end, func(m *kgo.Record) error {
		seq.Process(message(m), func(o stream.Output) {
			r.outputs[m.Offset]++
			r.sums[m.Offset] += b.hash.of(o.Key, o.Value)
		})
		return nil
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.raw[at] = r
	return err
}

// found takes one entry of the log, or one reject, of the raw message at from.
func (b *balance) found(m *kgo.Record, at place, from origin) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.raw[at]
	if r == nil || from.offset < 0 || from.offset >= int64(len(r.outputs)) {
		b.diff.foreign++
		b.diff.example("%s/%d offset %d: of %s/%d offset %d, where nothing is", m.Topic, m.Partition, m.Offset, at.topic, at.partition, from.offset)
		return
	}
	r.outputs[from.offset]--
	r.sums[from.offset] -= b.hash.of(m.Key, m.Value)
	if r.outputs[from.offset] < 0 {
		b.diff.example("%s/%d offset %d: %s/%d offset %d again", m.Topic, m.Partition, m.Offset, at.topic, at.partition, from.offset)
	}
}

// entry takes one entry of the log. Within a partition of the log, messages of a raw partition must keep their order.
func (b *balance) entry(m *kgo.Record) error {
	var e record.Record
	if err := e.UnmarshalBinary(m.Value); err != nil {
		return fmt.Errorf("read log entry %d of %s/%d: %w", m.Offset, m.Topic, m.Partition, err)
	}
	if e.Kind == record.Tick {
		return nil
	}
	at, from := place{e.Origin.Topic, e.Origin.Partition}, origin{e.Origin.Offset, e.Origin.Index}
	b.found(m, at, from)
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.raw[at]
	if r == nil {
		return nil
	}
	last, ok := r.last[m.Partition]
	if ok && (from.offset < last.offset || from.offset == last.offset && from.index < last.index) {
		b.diff.disordered++
		b.diff.example("%s/%d offset %d: %s/%d offset %d after %d", m.Topic, m.Partition, m.Offset, at.topic, at.partition, from.offset, last.offset)
	} else {
		r.last[m.Partition] = from
	}
	return nil
}

// reject takes one message that was set aside; its headers say which.
func (b *balance) reject(m *kgo.Record) error {
	at := place{partition: -1}
	from := origin{offset: -1}
	for _, h := range m.Headers {
		switch h.Key {
		case "__connect.errors.topic":
			at.topic = string(h.Value)
		case "__connect.errors.partition":
			p, _ := strconv.ParseInt(string(h.Value), 10, 32)
			at.partition = int32(p)
		case "__connect.errors.offset":
			from.offset, _ = strconv.ParseInt(string(h.Value), 10, 64)
		}
	}
	b.found(m, at, from)
	return nil
}

// result counts what is not zero.
func (b *balance) result() difference {
	b.mu.Lock()
	defer b.mu.Unlock()
	for at, r := range b.raw {
		for offset, n := range r.outputs {
			switch {
			case n > 0:
				b.diff.lost += int(n)
				b.diff.example("%s/%d offset %d: neither sequenced nor set aside", at.topic, at.partition, offset)
			case n < 0:
				b.diff.doubled -= int(n)
			case r.sums[offset] != 0:
				b.diff.foreign++
				b.diff.example("%s/%d offset %d: became something else than it had to", at.topic, at.partition, offset)
			}
		}
	}
	return b.diff
}

// message is what the engine sees of a Kafka record.
func message(r *kgo.Record) stream.Message {
	return stream.Message{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Key: r.Key, Value: r.Value, At: r.Timestamp.UnixNano()}
}
