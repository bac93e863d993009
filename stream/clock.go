package stream

import "encoding/binary"

// tick says that time has come to at, and that from since on nobody missed a tick. Silence is only counted from
// since: in a gap (a pause of ours, an outage of Kafka) devices may have spoken unheard.
type tick struct{ at, since int64 }

// clock makes ticks from the arrival times of records, for input that carries none of its own: a fused topic, or a
// file. A tick is due when arrival times enter a new interval.
//
// Every entity's redo begins at another offset, so the clock must tell what time it was at any of them. It therefore
// keeps its last few ticks, and its snapshot is of the redo point, not of the newest offset.
type clock struct {
	interval int64
	gap      int64 // without a record for longer, nothing is known of who was silent in it
	now      clockAt
	past     []clockAt // since the last snapshot, oldest first
	stored   []byte    // the last snapshot
}

// clockAt is the clock after the record at offset.
type clockAt struct {
	offset int64
	bucket int64 // arrival time in intervals
	since  int64
}

// advance takes the arrival time of the record at offset and says whether a tick is due before the record.
func (c *clock) advance(offset, arrived int64) (tick, bool) {
	bucket := arrived / c.interval
	if bucket <= c.now.bucket {
		return tick{}, false
	}
	next := clockAt{offset, bucket, c.now.since}
	if c.now.bucket == 0 || (bucket-c.now.bucket)*c.interval > c.gap {
		next.since = arrived
	}
	c.keep(next)
	return tick{at: bucket * c.interval, since: next.since}, true
}

func (c *clock) keep(next clockAt) {
	if len(c.past) == 0 {
		c.past = append(c.past, c.now)
	}
	c.past = append(c.past, next)
	c.now = next
}

// rewind returns the clock as it was before offset redo, and forgets what is older; moved says whether there was any.
func (c *clock) rewind(redo int64) (at clockAt, moved bool) {
	i := 0
	for i+1 < len(c.past) && c.past[i+1].offset < redo {
		i++
	}
	if len(c.past) == 0 {
		return clockAt{}, false
	}
	moved = i > 0
	c.past = append(c.past[:0], c.past[i:]...)
	return c.past[0], moved
}

func (at clockAt) appendState(b []byte) []byte {
	b = binary.AppendVarint(b, at.offset)
	b = binary.AppendVarint(b, at.bucket)
	return binary.AppendVarint(b, at.since)
}

func (at *clockAt) read(r *reader) {
	at.offset, at.bucket, at.since = r.varint(), r.varint(), r.varint()
}
