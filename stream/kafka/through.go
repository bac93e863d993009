package kafka

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// through tells up to which time the sequencing group, all of its instances together, has read the raw topics. A tick
// must not run ahead of readings that wait in Kafka, or every device would seem silent after a pause.
type through struct {
	admin  *kadm.Client
	group  string
	topics []string
	last   map[place]reach
}

// reach is what was known of a raw partition at the last look.
type reach struct {
	committed int64
	at        time.Time // up to when it was read
}

// look asks Kafka. It is not sure (false) when a partition is behind that it sees for the first time: nothing is known
// of its pace then; nor when Kafka cannot tell of one, as while it elects a leader. Since counts from the last look that
// was no error.
func (t *through) look(ctx context.Context, now time.Time, since time.Duration) (time.Time, bool, error) {
	ends, offsets, err := endsAndOffsets(ctx, t.admin, t.topics, t.group)
	if err != nil {
		return now, false, err
	}
	next, sure := map[place]reach{}, true
	all := now
	ends.Each(func(end kadm.ListedOffset) {
		at := place{end.Topic, end.Partition}
		committed := int64(0)
		if o, ok := offsets.Lookup(at.topic, at.partition); ok {
			committed = max(o.At, 0)
			sure = sure && o.Err == nil
		}
		if end.Err != nil {
			sure = false
			return // its pace counts from the next look
		}
		before, known := t.last[at]
		r := reach{committed, estimate(now, since, before, committed, end.Offset)}
		if lag := end.Offset - committed; lag > 1 && !known { // 1 may be the end marker of a transaction
			sure = false
		}
		if r.at.Before(all) {
			all = r.at
		}
		next[at] = r
	})
	t.last = next
	return all, sure, nil
}

// estimate is the time up to which a partition was read. One that is at its end was read until now. Of one that is
// behind, the pace since the last look tells how long ago what comes next was written, for a producer of steady pace;
// one that did not move has not been read any further.
func estimate(now time.Time, since time.Duration, before reach, committed, end int64) time.Time {
	lag, moved := end-committed, committed-before.committed
	switch {
	case lag <= 1:
		return now
	case moved <= 0:
		return before.at
	}
	behind := time.Duration(float64(since) * float64(lag) / float64(moved))
	return now.Add(-behind)
}
