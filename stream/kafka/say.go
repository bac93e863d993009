package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Say writes one message into topic, where its key belongs; or into partition, if that is not negative. It returns
// once the brokers have it.
func Say(ctx context.Context, env *Environment, topic string, partition int32, key, value []byte) error {
	where := kgo.StickyKeyPartitioner(nil) // as Kafka's own clients spread keys
	if partition >= 0 {
		where = kgo.ManualPartitioner()
	}
	client, err := kgo.NewClient(append(clientOptions(env), kgo.RecordPartitioner(where), kgo.ProducerLinger(0))...)
	if err != nil {
		return fmt.Errorf("start Kafka client: %w", err)
	}
	defer client.Close()
	r := &kgo.Record{Topic: topic, Partition: max(0, partition), Key: key, Value: value}
	if err := client.ProduceSync(ctx, r).FirstErr(); err != nil {
		return fmt.Errorf("write to %s: %w", topic, err)
	}
	return nil
}
