//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/cmd/rig"
)

// partitions of every topic, labwatch's default.
const partitions = 4

// bench is what all measurements share: a broker, labwatch built from this tree, a folder.
type bench struct {
	options
	dir     string
	brokers []string
	broker  *child // nil: a Kafka that is not ours
	client  *kgo.Client
	admin   *kadm.Client
	run     string // part of every name, so that nothing of an earlier run is met
}

func openBench(ctx context.Context, o options) (b *bench, err error) {
	b = &bench{options: o, run: fmt.Sprintf("throughput-%d", time.Now().Unix())}
	if b.dir, err = os.MkdirTemp("", "throughput-"); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if err := rig.Build(ctx, b.labwatch()); err != nil {
		return b, err
	}
	if err := rig.Build(ctx, b.sabotaged(), "-tags", "sabotage"); err != nil {
		return b, err
	}
	if out, err := exec.CommandContext(ctx, b.labwatch(), "keys", "new", b.path("keys")).CombinedOutput(); err != nil {
		return b, fmt.Errorf("make keys: %w: %s", err, out)
	}
	if o.brokers != "" {
		b.brokers = strings.Split(o.brokers, ",")
	} else if err := b.startBroker(); err != nil {
		return b, err
	}
	if b.client, err = kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.ClientID("throughput")); err != nil {
		return b, fmt.Errorf("start Kafka client: %w", err)
	}
	b.admin = kadm.NewClient(b.client)
	ping, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := b.client.Ping(ping); err != nil {
		return b, fmt.Errorf("no Kafka broker answers at %s: %w", strings.Join(b.brokers, ","), err)
	}
	return b, nil
}

func (b *bench) startBroker() error {
	cmd := exec.Command(b.labwatch(), "broker", "--tied", "--dir", b.path("broker"), "--port", "19800")
	if _, err := cmd.StdinPipe(); err != nil { // tied: it ends when this does, with us
		return fmt.Errorf("start embedded broker: %w", err)
	}
	p, address, err := rig.StartAndHear("broker", b.log("broker"), cmd)
	if err != nil {
		return err
	}
	b.broker, b.brokers = &child{Process: p}, []string{address}
	return nil
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) labwatch() string { return b.path("labwatch") }

// sabotaged is a labwatch that can leave out transactions.
func (b *bench) sabotaged() string { return b.path("labwatch-sabotaged") }

// close ends the broker, if it is ours, and removes the folder. Topics and groups on another Kafka are removed by whoever made
// them; --scale leaves its own.
func (b *bench) close() {
	if b.client != nil {
		b.client.Close()
	}
	if b.broker != nil {
		if err := b.broker.stop(); err != nil {
			fmt.Fprintf(os.Stderr, "throughput: %v\n", err)
		}
	}
	if err := os.RemoveAll(b.dir); err != nil {
		fmt.Fprintf(os.Stderr, "throughput: %v\n", err)
	}
}

func (b *bench) createTopics(ctx context.Context, topics []string) error {
	made, err := b.admin.CreateTopics(ctx, partitions, -1, nil, topics...)
	if err == nil {
		err = made.Error()
	}
	if err != nil {
		return fmt.Errorf("create topics %s: %w", strings.Join(topics, ", "), err)
	}
	return b.waitTopics(ctx, topics)
}

// removeTopics forgives: what is left over costs room and nothing else.
func (b *bench) removeTopics(topics []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if _, err := b.admin.DeleteTopics(ctx, topics...); err != nil {
		fmt.Fprintf(os.Stderr, "throughput: remove topics: %v\n", err)
	}
}

// simulate starts simulated instruments that write the inputs of a job.
func (b *bench) simulate(j job, args ...string) (*child, error) {
	args = append([]string{"simulate", "--brokers", strings.Join(b.brokers, ","),
		"--devices", fmt.Sprint(b.devices), "--rate", fmt.Sprint(b.rate)}, args...)
	in := j.inputs()
	if j.fused {
		args = append(args, "--fused", in[0])
	} else {
		args = append(args, "--results-topic", in[0], "--qc-topic", in[1], "--logs-topic", in[2], "--telemetry-topic", in[3])
	}
	return b.startChild("simulate", b.labwatch(), args...)
}

// start runs labwatch for a job, in a state folder of its own.
func (b *bench) start(j job) (*child, error) {
	config := b.path(j.prefix + "config.yaml")
	listen, err := rig.FreeAddress()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(config, []byte(j.config(b, b.path(j.prefix+"state"), listen)), 0o600); err != nil {
		return nil, fmt.Errorf("write config: %w", err)
	}
	cmd := exec.Command(b.labwatch(), "run", "--config", config)
	if j.sabotage != "" {
		cmd = exec.Command(b.sabotaged(), "run", "--config", config)
		cmd.Env = append(os.Environ(), "LABWATCH_SABOTAGE="+j.sabotage)
	}
	p, err := rig.Start(j.name, b.log(j.name), cmd)
	return &child{p, listen}, err
}

// clear removes what a job has left.
func (b *bench) clear(j job) {
	b.removeTopics(j.outputs())
	_ = os.RemoveAll(b.path(j.prefix + "state"))                      // close removes what is left
	b.removeGroups(j.prefix+"group-judge", j.prefix+"group-sequence") // one of them may not exist
}

// removeGroups forgives, as removeTopics does.
func (b *bench) removeGroups(groups ...string) {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	_, _ = b.admin.DeleteGroups(ctx, groups...)
}
