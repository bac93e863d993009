package stream

import "time"

// A device is forgotten when it was not heard for long, so somebody must have listened: after an outage of ours, or when a
// clock was set wrong by months, those who are still there have a day to speak. The since of a tick does not tell that. It
// counts from every pause in which a device might have been taken for silent: where all are quiet for ten minutes a night,
// or a sequencer is restarted once a day, it never comes to a day.
//
// So a clock of its own goes by the ticks, of the log as of a fused topic, and counts from the last leap of time that could
// have made a device old by itself. It is a clock of 10 minutes, the unit in which a leap is measured, and its snapshot is,
// as that of the other, of the redo point.

const (
	listened   = 24 * time.Hour   // how long nobody is forgotten after a leap, or judge.forget_after if that is shorter
	listenStep = 10 * time.Minute // how often there is something to store
)

// newListening makes the clock of those who are forgotten after so long. A leap is more than half of it: who is forgotten was
// silent for the other half, or for a day after the leap. It is more than a day too, or than all of it where that is less: on
// a fused topic the night of a laboratory is no leap.
func newListening(after time.Duration) *clock {
	if after == 0 {
		return nil
	}
	return &clock{interval: int64(listenStep), gap: int64(min(after, max(after/2, listened)))}
}

// clockOf is the clock that is stored under a key; nil when this worker has none.
func (w *Worker) clockOf(key string) *clock {
	switch key {
	case clockKey:
		return w.clock
	case listensKey:
		return w.listening
	}
	return nil
}

func clockKeys() [2]string { return [...]string{clockKey, listensKey} }

// listens takes a tick and says whether devices may be forgotten by it. It asks ticks alone, so that devices, groups and
// every redo are told the same.
func (w *Worker) listens(offset, at int64) bool {
	if w.listening == nil {
		return false
	}
	w.listening.follow(offset, at)
	return at-w.listening.now.since >= int64(min(w.j.ForgetAfter, listened))
}

// follow takes the time of the tick at offset. Several instances tick, by clocks that differ a little, so time goes back by
// less than a leap all the time, which counts for nothing.
func (c *clock) follow(offset, at int64) {
	bucket := at / c.interval
	first, ahead := c.now.bucket == 0, bucket-c.now.bucket
	switch {
	case !first && offset < c.now.offset: // it is in the snapshot
	case first || max(ahead, -ahead) > c.gap/c.interval:
		c.keep(clockAt{offset, bucket, at})
	case ahead > 0:
		c.keep(clockAt{offset, bucket, c.now.since})
	}
}
