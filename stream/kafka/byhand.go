package kafka

import (
	"context"
	"errors"
	"fmt"

	"labwatch/stream"
)

// deleted refuses to recover without input that is gone, and names the ways out.
func deleted(at place, first, redo, committed int64) error {
	if committed < first {
		return fatalf("input of %s/%d was deleted up to offset %d, but only what comes before %d was judged: raise the topic's "+
			"retention, then set the group's offset to the oldest to go on without it", at.topic, at.partition, first, committed)
	}
	return fatalf("input of %s/%d was deleted up to offset %d, but recovery must begin at %d: the topic's "+
		"retention is shorter than the redo span; raise it, then set the group's offset to %d by hand to go on with devices that "+
		"have not learned from what is gone, or remove the group and the snapshot topic to start anew",
		at.topic, at.partition, first, redo, committed)
}

// deletedMeanwhile is what has become of a recovery that has met err because input from redo on is gone.
func (j *Judge) deletedMeanwhile(ctx context.Context, at place, redo, committed int64, last note, err error) error {
	first, againErr := j.firstOffset(ctx, at)
	switch {
	case againErr != nil || redo >= first:
		return err
	case last.byHand() && first <= committed: // who has set the offset goes on without what is gone
		return fmt.Errorf("input that was worked again was deleted meanwhile, up to offset %d; the next recovery begins there: %w", first, err)
	}
	return deleted(at, first, redo, committed)
}

// sayByHand tells what it means that somebody has set the offset. The redo point that stood beside the former one is lost, so
// all input that there is was worked again, and every device skipped what its snapshot contains. Nothing is missing then if
// the redo point did not lie before the oldest input: no snapshot falls behind the newest one, covered, by more than the redo
// budget. If it may have, some devices lack what is gone. That is no reason to refuse: who sets an offset has decided to go
// on, and to start anew all devices would lose all that they have learned.
func (j *Judge) sayByHand(at place, first, covered, committed int64) {
	const set = "the group's offset was set by hand: what comes before it counts as published, and as much of it as is left was worked again; "
	means := "no device lacks anything"
	switch {
	case first > 0 && covered < first:
		means = "nothing of the input from covered to oldest, which was deleted, is in the state"
	case first > 0 && first > covered-j.env.Redo.Records:
		means = "some devices may not have learned from what was deleted last before oldest"
	}
	j.env.Log.Warn().Str("topic", at.topic).Int32("partition", at.partition).Int64("committed", committed).
		Int64("oldest", first).Int64("covered", covered).Msg(set + means)
}

// aheads looks for the snapshot that is farthest ahead of the committed offset, so that the refusal names the offset that is
// enough for all. After the first one nothing reaches the disk any more.
type aheads struct{ most *stream.AheadError }

func (a *aheads) found() bool { return a.most != nil }

func (a *aheads) take(err error) error {
	var one *stream.AheadError
	if !errors.As(err, &one) {
		return err
	}
	if a.most == nil || one.Covers > a.most.Covers {
		a.most = one
	}
	return nil
}
