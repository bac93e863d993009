package stream

import "time"

// Budget says when a dirty entity is due for a snapshot, and how much memory devices may take.
type Budget struct {
	Records int64         // its oldest change is that many offsets old
	Age     time.Duration // or that old
	Every   time.Duration // one commit interval: the work is spread over Age/Every commits
	All     bool          // everything is due: the last commit before a stop
	Memory  int64         // of the worker's devices, in bytes; 0 for no bound
}

// stored is an entity that can be snapshotted.
type stored interface {
	base() *entity
	bytes() int64 // of memory that can be given back once it is stored
	put(w *Worker, put func(key string, blob []byte))
}

// dirty is an entity that waits for its snapshot.
type dirty struct {
	stored
	since int64 // first offset that no snapshot contains
	when  int64 // when that was, by the time of the commit before it; 0 when none was known
}

// queue holds the dirty entities, the one with the oldest change first.
type queue struct {
	entities []dirty
	credit   int64 // part of a share that was too small for an entity, times Age
}

// touch notes that offset changes s. Offsets only grow, so the queue stays in order.
func (q *queue) touch(s stored, offset, now int64) {
	e := s.base()
	e.covers, e.live = offset+1, true
	if !e.queued {
		e.queued = true
		q.entities = append(q.entities, dirty{s, offset, now})
	}
}

// share is how many entities are due because of their number alone: a part of the queue at every commit keeps a burst
// of changes from becoming a burst of snapshots. What is less than an entity is carried over.
func (q *queue) share(budget Budget) int {
	if budget.Every <= 0 || budget.Age <= 0 || len(q.entities) == 0 {
		q.credit = 0
		return 0
	}
	q.credit += int64(len(q.entities)) * int64(budget.Every)
	n := q.credit / int64(budget.Age)
	q.credit -= n * int64(budget.Age)
	return int(n)
}

// drain puts the snapshots that are due and returns the redo point: the oldest offset that is in no snapshot. Excess is
// how much of the dirty memory must become clean, so that it can be given back.
func (q *queue) drain(w *Worker, now, next int64, budget Budget, excess int64, put func(key string, blob []byte)) (redo int64) {
	share, done := q.share(budget), 0
	for i := range q.entities {
		e := &q.entities[i]
		if e.when == 0 {
			e.when = now
		}
		due := budget.All || done < share || excess > 0 || next-e.since > budget.Records || now-e.when > int64(budget.Age)
		if !due {
			break
		}
		excess -= e.bytes()
		e.put(w, put)
		e.base().queued = false
		done++
	}
	// Those that changed before the first commit of this life count from there, all of them.
	for i := done; i < len(q.entities) && q.entities[i].when == 0; i++ {
		q.entities[i].when = now
	}
	rest := copy(q.entities, q.entities[done:])
	clear(q.entities[rest:])
	q.entities = q.entities[:rest]
	if rest == 0 {
		return next
	}
	return q.entities[0].since
}

// bytes is the memory of all that waits.
func (q *queue) bytes() (n int64) {
	for i := range q.entities {
		n += q.entities[i].bytes()
	}
	return n
}
