package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// restore brings the local disk up to the newest committed snapshots, and the worker to what must be in memory of them.
// What devices have learned goes from Kafka to the disk and not into memory, however much it is. Without a disk all of
// it is held in memory. It returns how many snapshots it read.
func (j *Judge) restore(ctx context.Context, partition int32, p *part, committed int64) (int, error) {
	if sabotaged(restoreToLSO) {
		return 0, j.restoreToLSO(ctx, partition, p, committed)
	}
	end, err := j.writeSentinel(ctx, partition)
	if err != nil {
		return 0, err
	}
	j.keep.flushAll() // what was committed before must not reach the disk after what is read now
	onDisk := j.keep.works()
	restored, ahead := 0, aheads{}
	if onDisk {
		if restored, err = j.restoreFromDisk(partition, p, end, committed, &ahead); err != nil {
			return 0, err
		}
	}
	if err := j.tellDeleted(ctx, partition, p); err != nil {
		return 0, err
	}
	batch := diskBatch{keep: j.keep, partition: partition}
	var join joiner
	from := p.position
	err = j.read(ctx, place{j.env.Topics.Snapshots, partition}, from, end, func(r *kgo.Record) error {
		p.position = r.Offset + 1
		if string(r.Key) == sentinel {
			return nil
		}
		s, first, whole, err := join.take(r)
		if err != nil {
			return lasting(err)
		}
		if !whole {
			return nil
		}
		restored++
		entries, err := stream.Upgrade(s.key, s.value)
		if err != nil {
			return lasting(err)
		}
		for _, e := range entries {
			newer, err := p.worker.Restore(e.Key, e.Blob, committed)
			if unusable := ahead.take(err); unusable != nil {
				return lasting(unusable)
			}
			if !newer || ahead.found() { // left behind by a stalled instance: it must not reach the disk either
				continue
			}
			if p.trim != nil {
				p.trim.note(e.Key, first) // which an older snapshot may hold two of
			}
			if onDisk {
				batch.add(e)
			}
		}
		if batch.bytes < batchBytes || ahead.found() || len(join.lacks) > 0 { // what the disk would claim to have is not known yet
			return nil
		}
		return batch.write(p.position)
	})
	if err == nil && ahead.found() {
		err = lasting(ahead.most)
	}
	if lacks := join.lacking(); err == nil && lacks != nil {
		err = j.withoutPieces(ctx, partition, from, lacks)
	}
	if err == nil && onDisk {
		// What the disk did not know it must have before any later snapshot: its position will claim to cover it.
		err = batch.write(p.position)
	}
	if err != nil {
		return 0, fmt.Errorf("restore snapshots: %w", err)
	}
	return restored, nil
}

// withoutPieces decides what becomes of a recovery that has read from offset from on and lacks pieces of a snapshot. Where Kafka
// has deleted from the topic they are gone with what came before, as tellDeleted tells.
func (j *Judge) withoutPieces(ctx context.Context, partition int32, from int64, lacks error) error {
	first, err := j.firstOffset(ctx, place{j.env.Topics.Snapshots, partition})
	switch {
	case err != nil:
		return err
	case first > 0 && !j.env.Embedded:
		j.env.Log.Warn().Err(lacks).Str("topic", j.env.Topics.Snapshots).Int32("partition", partition).Int64("before", first).
			Msg("a part of a snapshot was deleted: its device begins as new")
		return nil
	case from == 0:
		return lasting(lacks)
	case j.keep.works():
		return errors.Join(lacks, j.keep.drop(partition)) // they stand before what the disk knows: the next session reads them all
	}
	return lacks
}

// restoreFromDisk hands the worker what must be in memory, and sets the part's position to the snapshot offset from
// which Kafka must be read: 0 when the disk knows nothing.
func (j *Judge) restoreFromDisk(partition int32, p *part, end, committed int64, ahead *aheads) (restored int, err error) {
	raw, err := j.keep.load(partition, neededInMemory, func(key string, blob []byte) error {
		if p.trim != nil {
			p.trim.note(key, 0) // where in the topic it stands is not known, so it counts as the oldest
		}
		if blob == nil || !neededInMemory(key) {
			return nil
		}
		restored++
		_, err := p.worker.Restore(key, blob, committed)
		return lasting(ahead.take(err))
	})
	position, ok := decodePosition(raw)
	switch {
	case err != nil && (isFatal(err) || !j.keep.works()): // it may still be reading; the next session does not ask it
		return 0, fmt.Errorf("restore from local state: %w", err)
	case err != nil:
		j.env.Log.Warn().Err(err).Int32("partition", partition).Msg("local state cannot be read; reading it from Kafka")
		err = j.keep.drop(partition)
	case ok && position > end: // the snapshot topic was made anew
		j.env.Log.Warn().Int32("partition", partition).Msg("local state is of a former snapshot topic and is dropped")
		err = j.keep.drop(partition)
	case ok:
		p.position = position
		p.worker.LoadFrom(j.loader(partition))
		return restored, nil
	}
	if err != nil {
		return 0, fmt.Errorf("drop local state: %w", err)
	}
	*ahead = aheads{}
	j.begin(partition, p) // without what was handed over before the trouble showed
	p.worker.LoadFrom(j.loader(partition))
	return 0, nil
}

// neededInMemory tells apart what a worker is handed at once from what it loads when it needs it.
func neededInMemory(key string) bool { return !strings.HasPrefix(key, stream.LearnedKey("")) }

// begin gives a part its empty worker.
func (j *Judge) begin(partition int32, p *part) {
	p.worker = j.make(partition)
	if j.env.Embedded {
		p.trim = newTrim()
	}
}

func (j *Judge) loader(partition int32) stream.Load {
	return func(key string) ([]byte, error) { return j.keep.get(partition, key) }
}
