package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// Judge is the stage that owns state: it works the log, or a fused input topic, with one stream.Worker a partition.
type Judge struct {
	env   *Environment
	topic string // consumed
	make  func(partition int32) *stream.Worker
	plain *kgo.Client // outside transactions: sentinels and admin requests
	admin *kadm.Client
	keep  *keeper
	stats *JudgeStats

	trims sync.WaitGroup // deletions under way

	mu      sync.Mutex // guards the maps; a part belongs to whoever works its partition
	parts   map[place]*part
	rebuilt map[place]int64 // the offset at which local state was last found unusable
}

// part is one owned partition.
type part struct {
	worker *stream.Worker
	next   int64 // first offset that the worker has not seen
	memory int64 // that its devices may take, in bytes; 0 before the first commit

	sheaf sheaf
	kept  retained

	keys    []string // snapshots of the open transaction
	blobs   [][]byte
	offsets []int64 // of keys, once acknowledged
	trim    *trim   // nil where the snapshot topic is compacted

	mu       sync.Mutex // acknowledgements come from the client's goroutine
	position int64      // first offset of the snapshot partition that keys and everything before do not cover
}

// NewJudge makes the stage. It asks newWorker for an empty worker each time a partition is opened. A nil store is
// no local disk.
func NewJudge(env *Environment, topic string, plain *kgo.Client, store Store, newWorker func(partition int32) *stream.Worker) *Judge {
	stats := newJudgeStats()
	j := &Judge{
		env: env, topic: topic, make: newWorker, plain: plain, admin: kadm.NewClient(plain),
		keep: newKeeper(store, env.Log, stats), stats: stats, parts: map[place]*part{}, rebuilt: map[place]int64{},
	}
	stats.showMemory(j)
	return j
}

// errDiskBack ends a session that has worked without the disk: the next one brings the disk up to date first.
var errDiskBack = errors.New("the local disk is well again")

// Run judges until ctx ends, then commits what it has begun and returns nil. Any other return is a failure that a
// new session cannot mend.
func (j *Judge) Run(ctx context.Context) error {
	j.keep.start()
	err := runSessions(ctx, j.env, "judge", []string{j.topic}, j, &j.stats.sessionStats)
	j.trims.Wait()
	j.keep.stop()
	return err
}

// Stats are the counters of the stage, for /metrics.
func (j *Judge) Stats() *JudgeStats { return j.stats }

// Workers calls f for every partition that is owned now.
func (j *Judge) Workers(f func(*stream.Worker)) {
	for _, p := range j.opened() {
		f(p.worker)
	}
}

// opened is the partitions that are owned now. The lock is not held while they are worked with: producing may wait
// for Kafka, and /metrics must not wait with it.
func (j *Judge) opened() map[place]*part {
	j.mu.Lock()
	defer j.mu.Unlock()
	return maps.Clone(j.parts)
}

func (j *Judge) open(ctx context.Context, at place) (int64, error) {
	p, err := j.recover(ctx, at)
	if err != nil {
		return 0, fmt.Errorf("recover partition %d of %s: %w", at.partition, at.topic, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.parts[at] = p
	return p.next, nil
}

func (j *Judge) drop(at place) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.parts, at)
	if len(j.parts) == 0 {
		j.keep.again()
	}
	j.stats.set.UnregisterMetric(keptGauge(at))
}

func (j *Judge) part(at place) *part {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.parts[at]
}

func (j *Judge) work(at place, f kgo.FetchTopicPartition, send sender) error {
	p := j.part(at)
	if p == nil {
		return fmt.Errorf("got records of partition %d of %s, which is not open", at.partition, at.topic)
	}
	if j.keep.mended.Load() {
		return errDiskBack
	}
	p.kept.first = f.LogStartOffset
	emit := func(o stream.Output) { send(j.env.outgoing(o, &p.sheaf), nil) }
	for _, r := range f.Records {
		if r.Offset < p.next {
			return fmt.Errorf("got offset %d of partition %d of %s twice: %d comes next", r.Offset, at.partition, at.topic, p.next)
		}
		if err := p.worker.Process(incoming(r), emit); err != nil {
			return j.broken(at, r.Offset, err)
		}
		p.next = r.Offset + 1
	}
	return nil
}

// seal produces the snapshots that are due and names each partition's redo point, in the same transaction.
func (j *Judge) seal(now time.Time, last bool, send sender) map[place]mark {
	marks := map[place]mark{}
	j.keep.look(now)
	if sabotaged(snapshotsOutside) {
		send = j.sendOutside
	}
	parts := j.opened()
	for at, p := range parts {
		p.memory = j.env.Memory / int64(len(parts))
		budget := stream.Budget{Records: j.env.Redo.Records, Age: j.env.Redo.Age, Every: j.env.CommitInterval, All: last,
			Memory: p.memory}
		if p.kept.near(p.next) {
			j.shortRetention(at, &p.kept, p.next, now)
			budget.All = true
		}
		p.keys, p.blobs, p.offsets = nil, nil, nil
		put := func(key string, blob []byte) {
			i := len(p.keys)
			p.keys, p.blobs = append(p.keys, key), append(p.blobs, blob)
			j.stats.snapshots.Inc()
			j.stats.snapshotBytes.Add(len(blob))
			r := &kgo.Record{Topic: j.env.Topics.Snapshots, Partition: at.partition, Key: []byte(key), Value: blob}
			send(r, func(offset int64) { p.acked(i, offset) })
		}
		redo := p.worker.Checkpoint(now.UnixNano(), p.next, budget, put)
		if p.trim != nil {
			p.worker.Refresh(p.trim.stale(), put)
		}
		marks[at] = mark{p.next, note{redo, j.env.Rules}.String(), redo != p.kept.redo}
		p.kept.redo = redo // if it is not committed, the partition is recovered and so made anew
		if sabotaged(diskFirst) {
			j.keep.write(at.partition, p.position, p.keys, p.blobs, func() {})
		}
	}
	return marks
}

// acked notes the offset of the i-th snapshot of the open transaction.
func (p *part) acked(i int, offset int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.position = max(p.position, offset+1)
	for len(p.offsets) <= i {
		p.offsets = append(p.offsets, 0)
	}
	p.offsets[i] = offset
}

// settle hands the committed snapshots to the local disk and lets the workers publish what they counted.
func (j *Judge) settle(now time.Time) {
	for at, p := range j.opened() {
		p.worker.Committed(now.UnixNano())
		p.worker.Reuse()
		p.sheaf.reuse()
		j.stats.set.GetOrCreateGauge(keptGauge(at), nil).Set(float64(p.kept.redo - p.kept.first))
		if len(p.keys) == 0 {
			continue
		}
		p.mu.Lock() // the transaction is committed, so everything is acknowledged
		position, offsets := p.position, p.offsets
		p.mu.Unlock()
		if p.trim != nil {
			for i, key := range p.keys {
				p.trim.note(key, offsets[i])
			}
			j.trim(at.partition, p.trim)
		}
		w, checkpoint := p.worker, p.worker.Checkpoints()
		j.keep.write(at.partition, position, p.keys, p.blobs, func() { w.Kept(checkpoint) })
		p.keys, p.blobs = nil, nil
	}
	j.makeRoom()
}

// makeRoom waits for the disk while devices take more memory than they may: they leave it once they are on the disk.
func (j *Judge) makeRoom() {
	waited := false
	for _, p := range j.opened() {
		if !p.worker.Over(p.memory) {
			continue
		}
		if !waited {
			j.keep.flush(j.env.SessionTimeout / 2)
			waited = true
		}
		p.worker.Fit()
	}
}

// full says whether so much was loaded that it should be committed before its time, so that it can leave memory again.
func (j *Judge) full() bool {
	for _, p := range j.opened() {
		if p.memory > 0 && p.worker.Over(p.memory/4*5) {
			return true
		}
	}
	return false
}

// idle shows the devices as they are: what the last commit of a burst changed must not wait for the next reading.
func (j *Judge) idle(now time.Time) {
	for _, p := range j.opened() {
		p.worker.Show(now.UnixNano())
	}
}

// trim deletes what nobody needs from the front of a snapshot partition, aside of the loop. If it fails, the next one
// deletes more.
func (j *Judge) trim(partition int32, t *trim) {
	front, worth := t.front()
	if !worth {
		return
	}
	t.deleted = front
	j.trims.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), j.env.SessionTimeout)
		defer cancel()
		var offsets kadm.Offsets
		offsets.Add(kadm.Offset{Topic: j.env.Topics.Snapshots, Partition: partition, At: front})
		deleted, err := j.admin.DeleteRecords(ctx, offsets)
		if err == nil {
			err = deleted.Error()
		}
		if err != nil {
			j.env.Log.Warn().Err(err).Int32("partition", partition).Msg("old snapshots were not deleted; later ones will be")
		}
	})
}
