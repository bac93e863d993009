package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"labwatch/config"
)

// TestCheckKafkaWithoutTopics: a topic that is not there is not one that may be read, and an input must be there.
func TestCheckKafkaWithoutTopics(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "lab.results", "lab.logs", "lab.telemetry"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	cfg := config.Default()
	cfg.Kafka.Brokers, cfg.Kafka.Instance = cluster.ListenAddrs(), "one"
	var out bytes.Buffer
	err = checkKafka(context.Background(), &cfg, &out)
	if err == nil || err.Error() != "input topics do not exist: lab.qc; create them or correct inputs[].topic" {
		t.Errorf("got %v", err)
	}
	for _, want := range []string{"kafka    yes       Read on topic lab.results ", "kafka    no topic  Read on topic lab.qc ", "kafka    no topic  Write on topic labwatch.alerts "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
}
