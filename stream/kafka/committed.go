package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// committed reads the group's stable committed offset, negative when there is none, and the note that came with it.
func (j *Judge) committed(ctx context.Context, at place) (offset int64, n note, err error) {
	o, err := stableOffset(ctx, j.env, j.admin, j.env.Group+"-judge", at)
	if err != nil || o.At < 0 {
		return -1, note{}, err
	}
	n, err = parseNote(o.Metadata)
	if err == nil && n.redo > o.At {
		err = fatalf("redo point %d of %s/%d lies behind the committed offset %d", n.redo, at.topic, at.partition, o.At)
	}
	return o.At, n, err
}

// stableOffset reads what a group committed for a place; At is negative when nothing is.
func stableOffset(ctx context.Context, env *Environment, admin *kadm.Client, group string, at place) (kadm.Offset, error) {
	none := kadm.Offset{At: -1}
	deadline := time.Now().Add(3 * env.SessionTimeout)
	for {
		all, err := admin.FetchOffsets(kadm.RequireStable(ctx), group)
		if err == nil {
			o, ok := all.Lookup(at.topic, at.partition)
			if !ok {
				return none, nil
			}
			if err = o.Err; err == nil {
				return o.Offset, nil
			}
		}
		if errors.Is(err, kerr.GroupIDNotFound) { // before its first commit there is no group
			return none, nil
		}
		if time.Now().After(deadline) {
			if errors.Is(err, kerr.UnstableOffsetCommit) { // no transaction of ours may live that long
				err = errHanging
			}
			return none, fmt.Errorf("read offset committed by group %q: %w", group, err)
		}
		select { // a transaction of the former owner is still open; it ends or times out
		case <-ctx.Done():
			return none, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// errHanging says that Kafka keeps a transaction open whose time is long over. Only an administrator can end it.
var errHanging = errors.New("a transaction of this group hangs: Kafka neither commits nor aborts it, although its time is over; " +
	"\"kafka-transactions.sh find-hanging\" names it and \"abort\" ends it, see \"A transaction that never ends\" in docs/operations.md")
