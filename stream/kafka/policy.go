package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// checkSnapshotTopic refuses a snapshot topic from which Kafka deletes by age or size, as it does by default where somebody made
// the topic and named no policy: the snapshots of idle devices would go, and on a new disk or another instance these devices
// would begin as new, without an error. Asking needs a right that nothing else does (DescribeConfigs on the topic), so who has
// it not is warned and not refused.
func checkSnapshotTopic(ctx context.Context, env *Environment, client *kgo.Client) error {
	topic := env.Topics.Snapshots
	answer, err := kadm.NewClient(client).DescribeTopicConfigs(ctx, topic)
	settings := map[string]string{}
	for _, r := range answer {
		err = errors.Join(err, r.Err)
		for _, c := range r.Configs {
			settings[c.Key] = c.MaybeValue()
		}
	}
	if err != nil {
		env.Log.Warn().Err(err).Str("topic", topic).Msg("the topic's cleanup.policy cannot be seen (that needs DescribeConfigs on it, see docs/security.md): " +
			"make sure that it is compact, or Kafka deletes the snapshots of idle devices")
		return nil
	}
	const forever = "-1"
	if !strings.Contains(settings["cleanup.policy"], "delete") ||
		settings["retention.ms"] == forever && settings["retention.bytes"] == forever {
		return nil
	}
	return fmt.Errorf("topic %s has cleanup.policy=%s, so Kafka deletes the snapshots of idle devices, and their baselines would be lost: "+
		"kafka-configs --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config cleanup.policy=compact",
		topic, settings["cleanup.policy"], strings.Join(env.Brokers, ","), topic)
}

// tellDeleted warns of snapshots that were deleted before they were read here. Only compaction should take any away, and that
// does not move the oldest offset of a topic. It is no error: what is gone does not come back, and the policy may have been
// mended since.
func (j *Judge) tellDeleted(ctx context.Context, partition int32, p *part) error {
	if j.env.Embedded {
		return nil // where the judge itself deletes, see trim
	}
	first, err := j.firstOffset(ctx, place{j.env.Topics.Snapshots, partition})
	if err != nil {
		return err
	}
	if first > p.position && j.untold(partition, first) {
		j.env.Log.Warn().Str("topic", j.env.Topics.Snapshots).Int32("partition", partition).Int64("before", first).
			Msg("snapshots were deleted before they were read: devices that were idle since begin as new; the topic's cleanup.policy must be compact")
	}
	return nil
}

// untold says whether a loss of snapshots up to first was not told of yet, and notes that it is now. Without a disk each
// recovery, after a rebalance or an abort, finds the same one again.
func (j *Judge) untold(partition int32, first int64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	told, ok := j.told[partition]
	j.told[partition] = first
	return !ok || told != first
}
