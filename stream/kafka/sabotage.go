package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"labwatch/stream"
)

// The deliberate mistakes. A labwatch that was built with the tag "sabotage" makes the one that LABWATCH_SABOTAGE
// names, so that cmd/faults can show that its checker sees it. In every other build sabotaged is false at compile
// time, and nothing of this remains in the program.
const (
	offsetsOutside   = "offsets_outside"   // offsets are committed before the transaction and not in it
	snapshotsOutside = "snapshots_outside" // snapshots are written at once and not in the transaction
	replayUnmuted    = "replay_unmuted"    // a recovery says again what it works again
	replayInGroup    = "replay_in_group"   // the group's session works [redo, committed) again, and so goes back
	diskFirst        = "disk_first"        // the local disk is written before the commit
	restoreToLSO     = "restore_to_lso"    // a restore ends where the oldest open transaction begins

	// noTransactions is at-least-once: outputs, then offsets, without a transaction. cmd/throughput measures with it
	// what exactly-once costs.
	noTransactions = "no_transactions"
)

// dwell lengthens, in a build for sabotage, the moment between what a mistake does too early and the commit. A kill
// must fall into it to do harm; a right protocol does not mind.
func dwell(d time.Duration) {
	if sabotage && !sabotaged(noTransactions) {
		time.Sleep(d)
	}
}

func sabotaged(mistake string) bool { return sabotage && sabotageWanted() == mistake }

func (s *session) commitOutside(ctx context.Context, marks map[place]mark) {
	client := s.gts.Client()
	client.CommitOffsetsSync(noted(ctx, marks), client.UncommittedOffsets(), nil)
}

// noted is annotate for a commit of offsets that no transaction holds.
func noted(ctx context.Context, marks map[place]mark) context.Context {
	return kgo.PreCommitFnContext(ctx, func(req *kmsg.OffsetCommitRequest) error {
		for i := range req.Topics {
			t := &req.Topics[i]
			for j := range t.Partitions {
				if m, ok := marks[place{t.Topic, t.Partitions[j].Partition}]; ok {
					t.Partitions[j].Metadata = &m.note
				}
			}
		}
		return nil
	})
}

func (j *Judge) sendOutside(r *kgo.Record, acked func(int64)) {
	if j.plain.ProduceSync(context.Background(), r).FirstErr() == nil {
		acked(r.Offset)
	}
}

func (j *Judge) sayAgain(at place) stream.Emit {
	return func(o stream.Output) {
		r := j.env.outgoing(o, new(sheaf))
		r.Partition = at.partition
		j.plain.Produce(context.Background(), r, nil)
	}
}

func (j *Judge) restoreToLSO(ctx context.Context, partition int32, p *part, committed int64) error {
	topic := j.env.Topics.Snapshots
	ends, err := j.admin.ListCommittedOffsets(ctx, topic)
	if err != nil {
		return err
	}
	end, _ := ends.Lookup(topic, partition)
	client, err := kgo.NewClient(append(clientOptions(j.env), kgo.KeepControlRecords(), kgo.ConsumePartitions(
		map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().AtStart()}}))...)
	if err != nil {
		return err
	}
	defer client.Close()
	var join joiner
	for next := int64(0); next < end.Offset; {
		fetches := client.PollFetches(ctx)
		for it := fetches.RecordIter(); !it.Done() && err == nil; {
			r := it.Next()
			next = r.Offset + 1
			if next <= end.Offset && !r.Attrs.IsControl() && string(r.Key) != sentinel {
				s, _, whole, joined := join.take(r)
				if err = joined; whole {
					_, err = p.worker.Restore(s.key, s.value, committed)
				}
			}
		}
		if err = errors.Join(err, fetches.Err0()); err != nil {
			return err
		}
	}
	return nil
}

// untransacted does what a transact session does, without transactions.
type untransacted struct{ kafka *kgo.Client }

func newUntransacted(options []kgo.Opt) (untransacted, error) {
	c, err := kgo.NewClient(append(options, kgo.DisableAutoCommit())...)
	return untransacted{c}, err
}

func (u untransacted) Client() *kgo.Client                         { return u.kafka }
func (u untransacted) PollFetches(ctx context.Context) kgo.Fetches { return u.kafka.PollFetches(ctx) }
func (u untransacted) Begin() error                                { return nil }
func (u untransacted) AllowRebalance()                             { u.kafka.AllowRebalance() }
func (u untransacted) CloseAllowingRebalance()                     { u.kafka.CloseAllowingRebalance() }

func (u untransacted) Produce(ctx context.Context, r *kgo.Record, done func(*kgo.Record, error)) {
	u.kafka.Produce(ctx, r, done)
}

func (u untransacted) End(ctx context.Context, _ kgo.TransactionEndTry) (bool, error) {
	err := u.kafka.CommitUncommittedOffsets(ctx)
	return err == nil, err
}
