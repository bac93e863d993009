package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/cmd/rig"
	"labwatch/config"
)

// lab is one run: a broker, topics that nobody else uses, and the configs of the instances.
type lab struct {
	*settings
	dir     string
	root    string // of the repository
	program string // labwatch
	prefix  string // of topics and groups
	bus     broker
	client  *kgo.Client
	admin   *kadm.Client
	topics  rig.Topics
	feed    feed
	out     io.Writer
	began   time.Time
}

// sessionTimeout is the shortest that brokers allow by default.
const sessionTimeout = 6 * time.Second

func (l *lab) path(name string) string { return filepath.Join(l.dir, name) }

func (l *lab) topic(name string) string { return l.prefix + name }

// say prints what happens as it happens.
func (l *lab) say(format string, args ...any) {
	fmt.Fprintf(l.out, "%7.1fs %s\n", time.Since(l.began).Seconds(), fmt.Sprintf(format, args...))
}

// inputs are the raw topics.
func (l *lab) inputs() []string {
	if l.fused {
		return []string{l.topic("all")}
	}
	return []string{l.topic("results"), l.topic("qc"), l.topic("logs"), l.topic("telemetry")}
}

// judged is the topic that state is made from.
func (l *lab) judged() string {
	if l.fused {
		return l.topic("all")
	}
	return l.topic("log")
}

// topicsOfOurs are all that this run uses.
func (l *lab) topicsOfOurs() []string {
	all := append(l.inputs(), l.topic("records"), l.topic("alerts"), l.topic("rejects"), l.topic("snapshots"))
	if !l.fused {
		all = append(all, l.topic("log"))
	}
	return all
}

// open connects to the broker, makes the raw topics, and writes the keys.
func (l *lab) open(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(l.bus.addresses()...), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.MetadataMinAge(250*time.Millisecond))
	if err != nil {
		return fmt.Errorf("start client: %w", err)
	}
	l.client, l.admin = client, kadm.NewClient(client)
	l.topics = rig.Topics{Brokers: l.bus.addresses(), Admin: l.admin}
	created, err := l.admin.CreateTopics(ctx, int32(l.partitions), -1, nil, l.inputs()...)
	if err == nil {
		err = created.Error()
	}
	if err != nil {
		return fmt.Errorf("create raw topics: %w", err)
	}
	key := func(of string) string {
		sum := sha256.Sum256([]byte(of))
		return hex.EncodeToString(sum[:])
	}
	text := "kid faults\npatient " + key("patient") + "\ntechnician " + key("technician") + "\n"
	if err := os.WriteFile(l.path("keys"), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	return nil
}

// config writes the config of one instance and returns its path.
func (l *lab) config(name string, brokers []string, http string) (string, error) {
	c := config.Default()
	c.Fused = l.fused
	c.Inputs = nil
	for i, kind := range []string{"result", "qc", "log", "telemetry"} {
		if l.fused {
			c.Inputs = []config.Input{{Topic: l.topic("all"), Kind: "any", Format: "json"}}
			break
		}
		c.Inputs = append(c.Inputs, config.Input{Topic: l.inputs()[i], Kind: kind, Format: "json"})
	}
	c.Standardize.KeyFile = l.path("keys")
	c.Alerts.Limit.Profile = "original"
	c.Alerts.Silent.After = 10 * time.Second // an outage makes silence, and so alerts
	c.Kafka.Brokers = brokers
	c.Kafka.Group = l.prefix + "group"
	c.Kafka.Instance = name
	c.Kafka.Partitions = int32(l.partitions)
	c.Kafka.SessionTimeout, c.Kafka.CommitInterval = sessionTimeout, commitInterval
	c.Kafka.LeaveOnStop = l.alone == leave || strings.HasPrefix(name, extraName)
	c.Judge.TickInterval = 2 * time.Second
	c.Judge.MemoryMB = 16 // the least, so that with some thousand devices most are on disk
	c.Kafka.Topics.Log, c.Kafka.Topics.Records, c.Kafka.Topics.Alerts = l.topic("log"), l.topic("records"), l.topic("alerts")
	c.Kafka.Topics.Rejects, c.Kafka.Topics.Snapshots = l.topic("rejects"), l.topic("snapshots")
	// Short, because an instance lives for some seconds only, and snapshots must be there to be lost. A partition has
	// about this many records in a second and a half.
	c.Kafka.Redo.Records, c.Kafka.Redo.Age = max(int64(l.rate)*3/2/int64(l.partitions), 100), 2*time.Second
	c.State.Dir = l.path(name + ".state")
	c.State.MemoryMB = 32
	c.HTTP.Listen = http
	c.Log.Format = "json"
	text, err := config.Marshal(&c)
	if err != nil {
		return "", err
	}
	path := l.path(name + ".yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", fmt.Errorf("write config of %s: %w", name, err)
	}
	return path, nil
}
