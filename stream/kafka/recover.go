package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// sentinel is the key of a record that marks how far a recovery must read the snapshot topic. Every recovery writes
// one of its own. It is data, not a control marker: those can be compacted away or hidden behind an open transaction.
const sentinel = "~sentinel"

// recover rebuilds the state of a partition as of its committed offset C. It is the one road for a first start, a
// restart, an abort, a lost partition, a take-over and a new machine:
//
//  1. read C and the redo point R, waiting for a dead owner's transaction to end;
//  2. restore snapshots, from the disk and then from the snapshot topic up to our sentinel;
//  3. work [R, C) again with outputs muted; every entity skips what its snapshot contains.
func (j *Judge) recover(ctx context.Context, at place) (*part, error) {
	began := time.Now()
	if n := j.env.JudgedPartitions; n > 0 && at.partition >= n {
		return nil, fatalf("%s has grown beyond the %d partitions that the state has: devices would lose their baselines; "+
			"remove the group and %s to start anew", at.topic, n, j.env.Topics.Snapshots)
	}
	committed, last, err := j.committed(ctx, at)
	if err != nil {
		return nil, err
	}
	redo := last.redo
	first, err := j.firstOffset(ctx, at)
	if err != nil {
		return nil, err
	}
	p := &part{}
	switch {
	case committed < 0:
		committed, redo = first, first
		p.saveAll = first > 0
	case last.byHand():
		redo = committed // as far as retention goes: nothing is promised from before, and saving all gives it a redo point
		p.saveAll = true
	}
	p.next, p.kept = committed, retained{first: first, redo: redo}
	j.begin(at.partition, p)
	restored, err := j.restore(ctx, at.partition, p, committed)
	if err != nil {
		// Snapshots ahead of the committed offset are a mistake of the site's, unless another instance took the
		// partition and has committed in the meantime: we were stalled, and a new session puts us in our place.
		if now, _, again := j.committed(ctx, at); again == nil && now > committed {
			return nil, fmt.Errorf("another instance has gone on from %d to %d: %v", committed, now, err) //nolint:errorlint // its mark as fatal must not come along
		}
		return nil, err
	}
	if last.byHand() { // the oldest input is the very next that retention takes: it may have, while we restored
		if first, err = j.firstOffset(ctx, at); err != nil {
			return nil, err
		}
		p.kept.first, redo = first, min(first, committed)
	}
	if redo < first {
		return nil, deleted(at, first, redo, committed)
	}
	if sabotaged(replayInGroup) {
		p.next = redo
		return p, nil
	}
	covered := p.worker.Covered()
	redone, err := j.replay(ctx, at, p, redo, committed)
	if errors.Is(err, kerr.OffsetOutOfRange) { // retention went on while we restored or read
		err = j.deletedMeanwhile(ctx, at, redo, committed, last, err)
	}
	if err != nil {
		return nil, err
	}
	if last.byHand() {
		j.sayByHand(at, first, covered, committed)
	} else if redone > 0 && last.rules != j.env.Rules {
		j.stats.rulesChanged.Inc()
		j.env.Log.Warn().Str("topic", at.topic).Int32("partition", at.partition).Int("redone", redone).
			Msg("the config has changed: input that was published under the former rules taught the state under the new ones; " +
				"nothing is said twice, and the state is that of the new rules from the redo point on")
	}
	j.stats.again.Add(redone)
	took := time.Since(began)
	j.stats.recoverySeconds.Update(took.Seconds())
	j.env.Log.Info().Str("topic", at.topic).Int32("partition", at.partition).Int64("committed", committed).
		Int64("redo", redo).Int("snapshots", restored).Int("redone", redone).Dur("took", took).Msg("partition recovered")
	return p, nil
}

// firstOffset is the oldest offset of a place that still exists.
func (j *Judge) firstOffset(ctx context.Context, at place) (int64, error) {
	offsets, err := j.admin.ListStartOffsets(ctx, at.topic)
	if err != nil {
		return 0, fmt.Errorf("list oldest offsets: %w", err)
	}
	o, ok := offsets.Lookup(at.topic, at.partition)
	if !ok {
		return 0, fmt.Errorf("list oldest offsets: topic %s has no partition %d", at.topic, at.partition)
	}
	return o.Offset, o.Err
}

// writeSentinel puts a sentinel at the end of the snapshot partition and returns its offset.
func (j *Judge) writeSentinel(ctx context.Context, partition int32) (int64, error) {
	r := &kgo.Record{Topic: j.env.Topics.Snapshots, Partition: partition, Key: []byte(sentinel)}
	if err := j.plain.ProduceSync(ctx, r).FirstErr(); err != nil {
		return 0, fmt.Errorf("write sentinel to %s: %w", j.env.Topics.Snapshots, err)
	}
	return r.Offset, nil
}

// replay works [redo, committed) again, muted. It reads through a client without a group: the group's own session
// would commit the lower position and say everything twice.
func (j *Judge) replay(ctx context.Context, at place, p *part, redo, committed int64) (int, error) {
	if redo >= committed {
		return 0, nil
	}
	redone := 0
	emit := stream.Emit(nil)
	if sabotaged(replayUnmuted) {
		emit = j.sayAgain(at)
	}
	err := j.read(ctx, at, redo, committed-1, func(r *kgo.Record) error {
		redone++
		return j.broken(at, r.Offset, p.worker.Process(incoming(r), emit))
	})
	if err != nil {
		return redone, fmt.Errorf("work input %d to %d again: %w", redo, committed, err)
	}
	return redone, nil
}
