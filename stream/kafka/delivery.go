package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// Delivery is what the sinks of alerts need of Kafka: the topic of alerts, read by each in a group of its own, and the
// topic of what a sink would not take.
type Delivery struct {
	env    *Environment
	client *kgo.Client
}

// NewDelivery creates the topic of the undelivered if it is not there, with one partition and the broker's retention.
func NewDelivery(ctx context.Context, env *Environment, client *kgo.Client) (*Delivery, error) {
	d := &Delivery{env, client}
	admin := kadm.NewClient(client)
	topic := env.Topics.Undelivered
	metadata, err := admin.Metadata(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("read Kafka's metadata of %s: %w", topic, err)
	}
	if t, ok := metadata.Topics[topic]; ok && t.Err == nil {
		return d, nil
	}
	return d, createAll(ctx, admin, env, []string{topic}, 1, nil)
}

// group is the consumer group of a sink.
func (d *Delivery) group(sink string) string { return d.env.Group + "-deliver-" + sink }

// Begin lets a sink that has never read begin at the present end: nobody wants last month's alerts. It is called before
// anything is written that the sink must not miss.
func (d *Delivery) Begin(ctx context.Context, sink string) error {
	admin := kadm.NewClient(d.client)
	group, topic := d.group(sink), d.env.Topics.Alerts
	committed, err := admin.FetchOffsets(ctx, group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return fmt.Errorf("read offsets of %s: %w", group, err)
	}
	if _, begun := committed[topic]; begun {
		return nil
	}
	ends, err := newEnds(ctx, admin, topic)
	if err != nil {
		return fmt.Errorf("list ends of %s: %w", topic, err)
	}
	begin := kadm.Offsets{}
	ends.Each(func(end kadm.ListedOffset) {
		begin.Add(kadm.Offset{Topic: end.Topic, Partition: end.Partition, At: end.Offset, LeaderEpoch: end.LeaderEpoch,
			Metadata: beginning(end.Offset).String()})
	})
	set, err := admin.CommitOffsets(ctx, group, begin)
	if err == nil {
		err = set.Error()
	}
	if errors.Is(err, kerr.UnknownMemberID) {
		return nil // another instance was faster and reads already
	}
	if err != nil {
		return fmt.Errorf("commit where %s begins: %w", group, err)
	}
	return nil
}

// newEnds lists the ends of a topic that may have been made a moment ago, of which the client remembers that it was not
// there.
func newEnds(ctx context.Context, admin *kadm.Client, topic string) (ends kadm.ListedOffsets, err error) {
	for range 50 {
		ends, err = admin.ListCommittedOffsets(ctx, topic)
		if err == nil {
			err = ends.Error()
		}
		if !errors.Is(err, kerr.UnknownTopicOrPartition) {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return ends, err
}

// Read hands the alerts to a sink until ctx ends.
func (d *Delivery) Read(ctx context.Context, sink string, to Subscriber) {
	subscribe(ctx, d.env, d.group(sink), d.env.Topics.Alerts, to)
}

// Keep writes down what a sink would not take and returns once the brokers have it.
func (d *Delivery) Keep(ctx context.Context, value []byte, headers []stream.Header) error {
	r := &kgo.Record{Topic: d.env.Topics.Undelivered, Value: value}
	for _, h := range headers {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
	}
	if err := d.client.ProduceSync(ctx, r).FirstErr(); err != nil {
		return fmt.Errorf("write to %s: %w", r.Topic, err)
	}
	return nil
}
