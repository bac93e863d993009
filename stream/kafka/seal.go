package kafka

import (
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// seal produces the snapshots that are due and names each partition's redo point, in the same transaction. Partitions know
// nothing of each other, so they are sealed at the same time: nothing is worked meanwhile.
func (j *Judge) seal(now time.Time, last bool, send sender) map[place]mark {
	j.keep.look(now)
	if sabotaged(snapshotsOutside) {
		send = j.sendOutside
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		marks = map[place]mark{}
		parts = j.opened()
	)
	for at, p := range parts {
		p.memory = j.env.Memory / int64(len(parts))
		wg.Go(func() {
			m := j.sealPart(at, p, now, last, send)
			mu.Lock()
			defer mu.Unlock()
			marks[at] = m
		})
	}
	wg.Wait()
	return marks
}

func (j *Judge) sealPart(at place, p *part, now time.Time, last bool, send sender) mark {
	budget := stream.Budget{Records: j.env.Redo.Records, Age: j.env.Redo.Age, Every: j.env.CommitInterval, All: last, Memory: p.memory}
	if p.saveAll {
		budget.All = true
	} else if p.kept.near(p.next) {
		j.shortRetention(at, &p.kept, p.next, now)
		budget.All = true
	}
	p.keys, p.blobs, p.offsets = nil, nil, nil
	put := func(key string, blob []byte) {
		i := len(p.keys)
		p.keys, p.blobs = append(p.keys, key), append(p.blobs, blob)
		j.stats.snapshots.Inc()
		j.stats.snapshotBytes.Add(len(blob))
		for n, s := range pieces(key, blob) {
			r := &kgo.Record{Topic: j.env.Topics.Snapshots, Partition: at.partition, Key: []byte(s.key), Value: s.value}
			send(r, func(offset int64) { p.acked(i, n, offset) })
		}
	}
	redo := p.worker.Checkpoint(j.steady(now), p.next, budget, put)
	if p.trim != nil {
		p.unread = p.worker.Refresh(p.trim.stale(), put)
	}
	m := mark{p.next, note{redo, j.env.Rules}.String(), redo != p.kept.redo || p.saveAll}
	p.kept.redo, p.saveAll = redo, false // if it is not committed, the partition is recovered and so made anew
	if sabotaged(diskFirst) {
		p.mu.Lock()
		position := p.position
		p.mu.Unlock()
		j.keep.write(at.partition, position, p.keys, p.blobs, func() {})
	}
	return m
}

// acked notes the offset of the i-th snapshot of the open transaction: of its first record, where it takes several.
func (p *part) acked(i, n int, offset int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.position = max(p.position, offset+1)
	if n > 0 {
		return
	}
	for len(p.offsets) <= i {
		p.offsets = append(p.offsets, 0)
	}
	p.offsets[i] = offset
}

// settle hands the committed snapshots to the local disk and lets the workers publish what they counted.
func (j *Judge) settle(now time.Time) {
	for at, p := range j.opened() {
		p.worker.Committed(now.UnixNano())
		p.worker.Show(j.steady(now))
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

// makeRoom waits for the disk while devices take more memory than they may: they leave it once they are on the disk. Without
// one none can, and nothing is gained by waiting.
func (j *Judge) makeRoom() {
	if !j.keep.works() {
		return
	}
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
