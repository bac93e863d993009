package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Connect makes the client that is used outside transactions and waits until a broker answers, at most patience. It
// does not wait for a broker that refuses us.
func Connect(ctx context.Context, env *Environment, patience time.Duration) (*kgo.Client, error) {
	env.mechanism = env.SASL.mechanism()
	client, err := newPlain(env)
	if err != nil {
		return nil, fmt.Errorf("start Kafka client: %w", err)
	}
	deadline := time.Now().Add(patience)
	for said := false; ; said = true {
		try, cancel := context.WithTimeout(ctx, 3*time.Second)
		err = client.Ping(try)
		cancel()
		if err == nil {
			return client, nil
		}
		if err = explain(&env.Config, err); errors.As(err, new(*refusal)) {
			client.Close()
			return nil, fmt.Errorf("connect to %s (kafka.brokers): %w", strings.Join(env.Brokers, ", "), err)
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			client.Close()
			return nil, fmt.Errorf("no Kafka broker answers at %s (kafka.brokers) after %v: %w",
				strings.Join(env.Brokers, ", "), patience, guess(&env.Config, err))
		}
		if !said {
			env.Log.Info().Strs("brokers", env.Brokers).Dur("at_most", patience).Msg("waiting for a Kafka broker")
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func newPlain(env *Environment) (*kgo.Client, error) {
	return kgo.NewClient(append(clientOptions(env),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), // sentinels and ticks name their partition
		kgo.ProducerLinger(0))...)
}

// Prepare creates the topics that labwatch owns, checks those that it reads, and refuses a layout in which state and
// input no longer belong together. With the embedded broker it creates the inputs too; on a site's Kafka a missing
// input is an error, because a mistyped name would otherwise read nothing for ever.
func Prepare(ctx context.Context, env *Environment, client *kgo.Client, inputs []string, fused bool) (Layout, error) {
	admin := kadm.NewClient(client)
	judged := env.Topics.Log
	if fused {
		judged = inputs[0]
	}
	if m, err := admin.BrokerMetadata(ctx); err != nil {
		return Layout{}, fmt.Errorf("read Kafka's metadata: %w", err)
	} else if m.Cluster == embeddedCluster {
		env.Embedded = true // another instance's, or "labwatch broker"
	}
	rights := env.Rights(inputs, fused)
	if env.Embedded {
		rights = nil // it has no access lists
		if err := createAll(ctx, admin, env, inputs, env.Partitions, nil); err != nil {
			return Layout{}, err
		}
	}
	// What may not be described looks as if it were missing, so this comes first; and again once all topics are there.
	if err := checkRights(ctx, env, client, rights); err != nil {
		return Layout{}, err
	}
	metadata, err := admin.Metadata(ctx)
	if err != nil {
		return Layout{}, fmt.Errorf("read Kafka's metadata: %w", err)
	}
	var missing []string
	for _, topic := range inputs {
		if !metadata.Topics.Has(topic) {
			missing = append(missing, topic)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return Layout{}, fmt.Errorf("input topics do not exist: %s; create them or correct inputs[].topic", strings.Join(missing, ", "))
	}
	partitions := env.Partitions
	if d, ok := metadata.Topics[judged]; ok {
		partitions = int32(len(d.Partitions))
	}
	for _, c := range []struct {
		topic  string
		config map[string]*string
	}{
		{env.Topics.Log, logTopic()}, {env.Topics.Snapshots, snapshotTopic(env.Embedded)},
		{env.Topics.Records, nil}, {env.Topics.Alerts, nil}, {env.Topics.Rejects, nil}, // the broker's retention
	} {
		if fused && c.topic == env.Topics.Log || metadata.Topics.Has(c.topic) {
			continue // one that is there needs no right to create it
		}
		n := env.Partitions
		if c.topic == judged || c.topic == env.Topics.Snapshots {
			n = partitions
		}
		if err := createAll(ctx, admin, env, []string{c.topic}, n, c.config); err != nil {
			return Layout{}, err
		}
	}
	l, err := layout(ctx, env, client, judged)
	if err != nil {
		return Layout{}, err
	}
	if env.Only != "sequence" {
		if err := checkSnapshotTopic(ctx, env, client); err != nil {
			return Layout{}, err
		}
	}
	return l, checkRights(ctx, env, client, rights)
}

func createAll(ctx context.Context, admin *kadm.Client, env *Environment, topics []string, partitions int32, config map[string]*string) error {
	created, err := admin.CreateTopics(ctx, partitions, env.Replication, config, topics...)
	if err != nil {
		return fmt.Errorf("create topics %s: %w", strings.Join(topics, ", "), err)
	}
	for _, t := range created.Sorted() {
		switch {
		case errors.Is(t.Err, kerr.TopicAlreadyExists):
		case errors.Is(t.Err, kerr.TopicAuthorizationFailed), errors.Is(t.Err, kerr.ClusterAuthorizationFailed):
			with := ""
			if policy := config["cleanup.policy"]; policy != nil {
				with = " and cleanup.policy=" + *policy
			}
			return &refusal{fmt.Sprintf("topic %s does not exist, and Kafka's access list gives %s no right to Create on topic %s: grant it, or create the topic with %d partitions%s",
				t.Topic, env.principal(), t.Topic, partitions, with), t.Err}
		case t.Err != nil:
			return fmt.Errorf("create topic %s: %w: %s", t.Topic, t.Err, t.ErrMessage)
		default:
			env.Log.Info().Str("topic", t.Topic).Int32("partitions", partitions).Msg("topic created")
		}
	}
	return nil
}

func value(s string) *string { return &s }

// logTopic keeps the internal log for seven days. It must outlast the redo span (see Config.Redo) and the longest
// stop of all instances, after which the judge goes on where it was.
func logTopic() map[string]*string {
	return map[string]*string{"cleanup.policy": value("delete"), "retention.ms": value("604800000")}
}

// snapshotTopic keeps the newest snapshot of each key. The embedded broker's compaction can lose a committed key
// while a transaction is open, so there old snapshots are deleted by the judge, see trim.
func snapshotTopic(embedded bool) map[string]*string {
	if embedded {
		return map[string]*string{"cleanup.policy": value("delete"), "retention.ms": value("-1"), "retention.bytes": value("-1")}
	}
	return map[string]*string{"cleanup.policy": value("compact"), "min.cleanable.dirty.ratio": value("0.3"), "segment.bytes": value("67108864")}
}
