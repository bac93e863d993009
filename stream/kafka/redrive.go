package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// headerRedriven marks that a reject was sent back. It stands on a message of its own behind the reject, in the same
// partition, and names the reject's offset.
const headerRedriven = "labwatch.redriven"

// Redriven says of which offset of its own partition a message of the rejects tells that it was sent back.
func Redriven(f *Found) (offset int64, ok bool) {
	text := f.Header(headerRedriven)
	if text == "" {
		return 0, false
	}
	offset, err := strconv.ParseInt(text, 10, 64)
	return offset, err == nil
}

// Redriver sends messages that were set aside back to where they came from. The message and the mark that it was sent
// are written in one transaction, and two redrivers cannot work at the same time: the later one shuts the former out.
// So a message is sent back once, however often that is asked for.
type Redriver struct {
	env    *Environment
	client *kgo.Client
}

// NewRedriver shuts former redrivers out; the marks are to be read after that. With fused a message goes back to the
// partition that it came from, for there a partition is where a device's state is; else it goes where its key belongs.
func NewRedriver(ctx context.Context, env *Environment, fused bool) (*Redriver, error) {
	where := kgo.Partitioner(redrivePartitioner{env.Topics.Rejects, kgo.StickyKeyPartitioner(nil)})
	if fused {
		where = kgo.ManualPartitioner()
	}
	client, err := kgo.NewClient(append(clientOptions(env),
		kgo.TransactionalID(env.Group+"-redrive"), kgo.TransactionTimeout(30*time.Second),
		kgo.RecordPartitioner(where))...)
	if err != nil {
		return nil, fmt.Errorf("start redriver: %w", err)
	}
	if _, _, err := client.ProducerID(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("start redriver: %w", err)
	}
	return &Redriver{env, client}, nil
}

// Close frees the connections.
func (r *Redriver) Close() { r.client.Close() }

// Back is a message that was set aside: where its reject stands, and what it was.
type Back struct {
	Partition  int32 // of the rejects
	Offset     int64
	Topic      string // to which it goes
	From       int32  // partition of Topic in which it stood
	Key, Value []byte
}

// Send sends all of batch back, or none of it. The messages carry no header of ours.
func (r *Redriver) Send(ctx context.Context, batch []Back) error {
	if err := r.client.BeginTransaction(); err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	var records []*kgo.Record
	for _, b := range batch {
		records = append(records,
			&kgo.Record{Topic: b.Topic, Partition: b.From, Key: b.Key, Value: b.Value},
			&kgo.Record{Topic: r.env.Topics.Rejects, Partition: b.Partition,
				Headers: []kgo.RecordHeader{{Key: headerRedriven, Value: strconv.AppendInt(nil, b.Offset, 10)}}})
	}
	commit := kgo.TryCommit
	err := r.client.ProduceSync(ctx, records...).FirstErr()
	if err != nil {
		commit = kgo.TryAbort
	}
	if end := r.client.EndTransaction(context.WithoutCancel(ctx), commit); end != nil || err != nil {
		return fmt.Errorf("send %d messages back: %w", len(batch), errors.Join(err, end))
	}
	return nil
}

// redrivePartitioner puts a mark beside its reject and a message where its key belongs.
type redrivePartitioner struct {
	rejects string
	kgo.Partitioner
}

// ForTopic implements kgo.Partitioner.
func (p redrivePartitioner) ForTopic(topic string) kgo.TopicPartitioner {
	if topic == p.rejects {
		return kgo.ManualPartitioner().ForTopic(topic)
	}
	return p.Partitioner.ForTopic(topic)
}
