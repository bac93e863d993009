package main

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// finding is what the independent checker says.
type finding struct {
	raw, records, alerts, rejects int
	log, judged                   difference
	state                         *stateCheck
}

// check compares everything that readers of committed data find with what an engine says that nobody disturbed.
// Nothing may run any more.
func (l *lab) check(ctx context.Context, ref *reference, instances []*instance) (*finding, error) {
	h := hasher{maphash.MakeSeed()}
	f := &finding{}
	b := newBalance(h)
	var jobs []func() error
	for _, topic := range l.inputs() {
		ends, err := l.topics.Ends(ctx, topic)
		if err != nil {
			return f, err
		}
		for p := range int32(len(ends)) {
			f.raw += int(ends[p])
			if !l.fused {
				jobs = append(jobs, func() error { return b.expect(ctx, l, ref, place{topic, p}, ends[p]) })
			}
		}
	}
	if err := both(jobs); err != nil {
		return f, err
	}

	offsets, err := l.committed(ctx, "judge", l.judged())
	if err != nil {
		return f, err
	}
	j := newJudgement(h, l.partitions)
	entry := func(*kgo.Record) error { return nil }
	if !l.fused {
		entry = b.entry
	}
	jobs = nil
	for p := range int32(l.partitions) {
		jobs = append(jobs, func() error { return j.run(ctx, l, ref, p, max(offsets[p].At, 0), entry) })
	}
	if err := both(jobs); err != nil {
		return f, err
	}
	if err := l.checkOutputs(ctx, f, b, j); err != nil {
		return f, err
	}
	f.state = &stateCheck{lab: l, ref: ref, judgement: j}
	return f, l.checkState(ctx, f.state, offsets, instances)
}

// checkOutputs compares what was published.
func (l *lab) checkOutputs(ctx context.Context, f *finding, b *balance, j *judgement) error {
	records, err := j.published(ctx, l, l.topic("records"), keyOf)
	if err != nil {
		return err
	}
	f.records = records.count()
	f.judged = compare("record", j.records, records)
	alerts, err := j.published(ctx, l, l.topic("alerts"), keyOf)
	if err != nil {
		return err
	}
	f.alerts = alerts.count()
	f.judged.add(compare("alert", j.alerts, alerts))
	for p, n := range j.unjudged {
		f.judged.lost += n
		if n > 0 {
			f.judged.example("partition %d of %s: %d readings were never judged", p, l.judged(), n)
		}
	}
	if l.fused {
		rejects, err := j.published(ctx, l, l.topic("rejects"), originOf)
		if err != nil {
			return err
		}
		f.rejects = rejects.count()
		f.judged.add(compare("reject", j.rejects, rejects))
		return nil
	}
	err = l.topics.ReadAll(ctx, l.topic("rejects"), func(r *kgo.Record) error {
		f.rejects++
		return b.reject(r)
	})
	f.log = b.result()
	return err
}

// checkState rebuilds all state, from Kafka and from each disk.
func (l *lab) checkState(ctx context.Context, c *stateCheck, offsets map[int32]kadm.Offset, instances []*instance) error {
	for p := range int32(l.partitions) {
		if offsets[p].At <= 0 {
			continue
		}
		if err := c.fromKafka(ctx, p, offsets[p]); err != nil {
			return err
		}
	}
	for _, i := range instances {
		store, err := c.openStore(ctx, i.name)
		if err != nil {
			return err
		}
		for p := range int32(l.partitions) {
			if offsets[p].At > 0 {
				err = errors.Join(err, c.fromDisk(ctx, i.name, store, p, offsets[p]))
			}
		}
		if err := errors.Join(err, store.Close()); err != nil {
			return err
		}
	}
	return nil
}

// both runs jobs, two at a time: the broker works beside them.
func both(jobs []func() error) error {
	var wg sync.WaitGroup
	errs := make([]error, len(jobs))
	slots := make(chan struct{}, 2)
	for i, job := range jobs {
		slots <- struct{}{}
		wg.Go(func() { errs[i] = job(); <-slots })
	}
	wg.Wait()
	return errors.Join(errs...)
}
