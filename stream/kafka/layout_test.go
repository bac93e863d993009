package kafka

import (
	"errors"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestLayoutWithoutANode starts on a cluster one of whose nodes, each in turn, takes connections and answers nothing.
func TestLayoutWithoutANode(t *testing.T) {
	c := DefaultConfig()
	for down := range int32(3) {
		cluster, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SeedTopics(2, c.Topics.Log, c.Topics.Snapshots))
		if err != nil {
			t.Fatal(err)
		}
		defer cluster.Close()
		cluster.ControlKey(int16(kmsg.ApiVersions), func(kmsg.Request) (kmsg.Response, error, bool) {
			cluster.KeepControl()
			return nil, errors.New("down"), cluster.CurrentNode() == down
		})
		c.Brokers, c.Instance = cluster.ListenAddrs(), "one"
		env := &Environment{Config: c, Log: zerolog.New(zerolog.NewTestWriter(t))}
		client, err := Connect(t.Context(), env, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		l, err := layout(t.Context(), env, client, c.Topics.Log)
		if err != nil || l.Partitions != 2 || l.BrokerVersion == "unknown" {
			t.Errorf("without node %d: %+v, %v", down, l, err)
		}
	}
}
