package main

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// judgement is what an undisturbed engine makes of the judged topic.
type judgement struct {
	hash            hasher
	records, alerts *ledger
	rejects         *ledger // of a fused topic; by origin, since the order of rejects is of no concern
	workers         []*stream.Worker
	committed       []int64
	unjudged        []int // readings behind the committed offset
}

func newJudgement(h hasher, partitions int) *judgement {
	return &judgement{hash: h, records: newLedger(), alerts: newLedger(), rejects: newLedger(), workers: make([]*stream.Worker, partitions),
		committed: make([]int64, partitions), unjudged: make([]int, partitions)}
}

// run judges one partition up to its committed offset, and shows entry each message on the way.
func (j *judgement) run(ctx context.Context, l *lab, ref *reference, p int32, committed int64, entry func(*kgo.Record) error) error {
	w, err := ref.worker()
	if err != nil {
		return err
	}
	j.workers[p], j.committed[p] = w, committed
	ends, err := l.topics.Ends(ctx, l.judged())
	if err != nil {
		return err
	}
	return l.topics.Read(ctx, l.judged(), p, 0, ends[p], func(m *kgo.Record) error {
		if err := entry(m); err != nil {
			return err
		}
		if m.Offset >= committed {
			if !l.isTick(m) {
				j.unjudged[p]++
			}
			return nil
		}
		return w.Process(message(m), func(o stream.Output) {
			switch o.To {
			case stream.Records:
				j.records.add(string(o.Key), j.ofOutput(o), m.Offset)
			case stream.Alerts:
				j.alerts.add(string(o.Key), j.ofOutput(o), m.Offset)
			case stream.Rejects:
				j.rejects.add(fmt.Sprint(m.Offset, "@", p), j.ofOutput(o), m.Offset)
			}
		})
	})
}

// ofOutput and ofRecord give the same hash to the same message.
func (j *judgement) ofOutput(o stream.Output) uint64 {
	parts := [][]byte{o.Key, o.Value}
	for _, h := range o.Headers {
		parts = append(parts, []byte(h.Key), h.Value)
	}
	return j.hash.of(parts...)
}

func (j *judgement) ofRecord(r *kgo.Record) uint64 {
	parts := [][]byte{r.Key, r.Value}
	for _, h := range r.Headers {
		parts = append(parts, []byte(h.Key), h.Value)
	}
	return j.hash.of(parts...)
}

// published reads what users find.
func (j *judgement) published(ctx context.Context, l *lab, topic string, device func(*kgo.Record) string) (*ledger, error) {
	got := newLedger()
	err := l.topics.ReadAll(ctx, topic, func(r *kgo.Record) error {
		got.add(device(r), j.ofRecord(r), r.Offset)
		return nil
	})
	return got, err
}

func keyOf(r *kgo.Record) string { return string(r.Key) }

// originOf is the place that a reject came from, as judgement.rejects has it.
func originOf(r *kgo.Record) string {
	offset, partition := "", ""
	for _, h := range r.Headers {
		switch h.Key {
		case "__connect.errors.offset":
			offset = string(h.Value)
		case "__connect.errors.partition":
			partition = string(h.Value)
		}
	}
	return offset + "@" + partition
}
