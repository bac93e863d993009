package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// Layout is what start-up learned about the cluster.
type Layout struct {
	ClusterID     string
	JudgedTopic   string // the log, or the fused input topic
	StateID       string // Kafka's ids of that topic and of the snapshot topic: made anew, they have others
	Partitions    int32  // of that topic, and so of the snapshot topic
	BrokerVersion string // the client's guess from the protocol versions; "embedded" of the embedded broker, or "unknown"
}

func layout(ctx context.Context, env *Environment, client *kgo.Client, judged string) (Layout, error) {
	admin := kadm.NewClient(client)
	var metadata kadm.Metadata
	var err error
	for range 50 { // a topic just created may take a moment to appear
		metadata, err = admin.Metadata(ctx, judged, env.Topics.Snapshots)
		if err == nil {
			err = errors.Join(metadata.Topics[judged].Err, metadata.Topics[env.Topics.Snapshots].Err)
		}
		if err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		return Layout{}, fmt.Errorf("read Kafka's metadata of %s: %w", judged, err)
	}
	n, snapshots := len(metadata.Topics[judged].Partitions), len(metadata.Topics[env.Topics.Snapshots].Partitions)
	if n != snapshots {
		return Layout{}, fmt.Errorf("%s has %d partitions but the state in %s has %d: devices would lose their baselines; "+
			"set it back, or remove the group and %s to start anew", judged, n, env.Topics.Snapshots, snapshots, env.Topics.Snapshots)
	}
	version := "embedded"
	if !env.Embedded {
		version = brokerVersion(ctx, client)
	}
	return Layout{
		ClusterID: metadata.Cluster, JudgedTopic: judged, StateID: metadata.Topics[judged].ID.String() + "+" + metadata.Topics[env.Topics.Snapshots].ID.String(),
		Partitions: int32(n), BrokerVersion: version,
	}, nil
}

// brokerVersion guesses the version from what one node says, whichever answers: others may be down.
func brokerVersion(ctx context.Context, client *kgo.Client) string {
	ask := kmsg.NewPtrApiVersionsRequest()
	ask.ClientSoftwareName, ask.ClientSoftwareVersion = "labwatch", "1" // Kafka takes no empty ones
	answer, err := ask.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(answer.ErrorCode)
	}
	if err != nil {
		return "unknown"
	}
	return kversion.FromApiVersionsResponse(answer).VersionGuess()
}
