package main

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// TestStoppedWhileItWaits: Ctrl-C while a command waits for a broker is told as that. It says nothing of ten seconds, which
// have not passed, and nothing of the broker, which may be well.
func TestStoppedWhileItWaits(t *testing.T) {
	path := writeFile(t, filepath.Join(t.TempDir(), "config.yaml"), "kafka: {brokers: ['127.0.0.1:1'], instance: one}")
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, asks := range map[string]func(context.Context) error{
		"explain":       func(ctx context.Context) error { _, err := ask(ctx, path, io.Discard); return err },
		"check --kafka": func(ctx context.Context) error { return checkKafka(ctx, cfg, io.Discard) },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		err := asks(ctx)
		cancel()
		if err == nil || err.Error() != "stopped before a Kafka broker at 127.0.0.1:1 had answered" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
