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
	began time.Time // of the stage

	trims sync.WaitGroup // deletions under way

	mu      sync.Mutex // guards the maps; a part belongs to whoever works its partition
	parts   map[place]*part
	rebuilt map[place]int64 // the offset at which local state was last found unusable
	told    map[int32]int64 // by partition, the oldest snapshot that there was when deleted ones were told of last
}

// part is one owned partition.
type part struct {
	worker *stream.Worker
	next   int64 // first offset that the worker has not seen
	memory int64 // that its devices may take, in bytes; 0 before the first commit

	sheaf   sheaf
	kept    retained
	saveAll bool // with the first commit: there is no redo point yet, or it is the oldest input, which retention takes next

	keys    []string // snapshots of the open transaction
	blobs   [][]byte
	offsets []int64 // of keys, once acknowledged
	trim    *trim   // nil where the snapshot topic is compacted
	unread  error   // of a snapshot on the disk that was to be written again

	mu       sync.Mutex // acknowledgements come from the client's goroutine
	position int64      // first offset of the snapshot partition that keys and everything before do not cover
}

// NewJudge makes the stage. It asks newWorker for an empty worker each time a partition is opened. A nil store is
// no local disk.
func NewJudge(env *Environment, topic string, plain *kgo.Client, store Store, newWorker func(partition int32) *stream.Worker) *Judge {
	stats := newJudgeStats()
	j := &Judge{
		env: env, topic: topic, make: newWorker, plain: plain, admin: kadm.NewClient(plain),
		keep: newKeeper(store, env.Log, stats), stats: stats, began: time.Now(), parts: map[place]*part{}, rebuilt: map[place]int64{},
		told: map[int32]int64{},
	}
	stats.showMemory(j)
	return j
}

// errDiskBack ends a session that has worked without the disk: the next one brings the disk up to date first.
var errDiskBack = errors.New("the local disk is well again")

// Run judges until ctx ends, then commits what it has begun and returns nil. Any other return is a failure that a
// new session cannot mend.
func (j *Judge) Run(ctx context.Context) error {
	j.keep.quit = ctx.Done()
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
	p.worker.Show(j.steady(time.Now())) // before /readyz says yes: whoever waits for it takes the fleet for whole
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
	if p.unread != nil {
		return j.broken(at, p.next, p.unread)
	}
	p.kept.first = f.LogStartOffset
	p.sheaf.at = time.Now()
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

// full says whether so much was loaded that it should be committed before its time, so that it can leave memory again. What
// no disk keeps cannot leave.
func (j *Judge) full() bool {
	if !j.keep.works() {
		return false
	}
	for _, p := range j.opened() {
		if p.memory > 0 && p.worker.Over(p.memory/4*5) {
			return true
		}
	}
	return false
}

func (j *Judge) stateful() bool { return true }

// idle shows the devices as they are: what the last commit of a burst changed must not wait for the next reading.
func (j *Judge) idle(now time.Time) {
	for _, p := range j.opened() {
		p.worker.Show(j.steady(now))
	}
}

// steady is a time, in nanoseconds, by which ages can be told: it goes on evenly when somebody sets the clock.
func (j *Judge) steady(now time.Time) int64 { return j.began.UnixNano() + int64(now.Sub(j.began)) }
