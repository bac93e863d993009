//go:build linux

package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/config"
)

// makeTopics makes the inputs, the log and what labwatch publishes before labwatch does, to be kept for as long as keep: an
// hour at full speed would fill a disk. Snapshots are left to labwatch, which keeps the newest of each device.
func makeTopics(ctx context.Context, broker string, keep time.Duration) error {
	c := config.Default()
	own := c.Kafka.Topics
	topics := append(c.Topics(), own.Log, own.Records, own.Alerts, own.Rejects)
	client, err := kgo.NewClient(kgo.SeedBrokers(broker))
	if err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	defer client.Close()
	ms, policy := strconv.FormatInt(keep.Milliseconds(), 10), "delete"
	made, err := kadm.NewClient(client).CreateTopics(ctx, c.Kafka.Partitions, 1,
		map[string]*string{"retention.ms": &ms, "cleanup.policy": &policy}, topics...)
	if err == nil {
		err = made.Error()
	}
	if err != nil {
		return fmt.Errorf("make topics: %w", err)
	}
	return nil
}
