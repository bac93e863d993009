package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"labwatch/cmd/rig"
)

// broker is the Kafka under test.
type broker interface {
	address() string
	// can says whether a fault of the broker can be had here.
	can(k kind) bool
	// sound says whether the broker keeps its own promises under that fault.
	sound(k kind) bool
	// restart ends it, in order or by a kill, and starts it again on the same data after a pause.
	restart(crash bool, down time.Duration) error
	stop() error
}

func startBroker(s *settings, root, program, dir string) (broker, error) {
	switch {
	case s.brokers != "":
		return foreignBroker(s.brokers), nil
	case s.broker == "kafka":
		return startKafka(root, dir)
	default:
		return startEmbedded(program, dir)
	}
}

// foreignBroker was there before us.
type foreignBroker string

func (b foreignBroker) address() string                   { return string(b) }
func (b foreignBroker) can(kind) bool                     { return false }
func (b foreignBroker) sound(kind) bool                   { return true }
func (b foreignBroker) restart(bool, time.Duration) error { return nil }
func (b foreignBroker) stop() error                       { return nil }

// embeddedBroker is "labwatch broker". It is never killed: it does not promise to keep what was committed then.
type embeddedBroker struct {
	program, dir, log, at string
	process               *rig.Process
}

func startEmbedded(program, dir string) (*embeddedBroker, error) {
	at, err := rig.FreeAddress()
	if err != nil {
		return nil, err
	}
	b := &embeddedBroker{program: program, dir: filepath.Join(dir, "broker"), log: filepath.Join(dir, "broker.log"), at: at}
	return b, b.start()
}

func (b *embeddedBroker) start() error {
	_, port, _ := net.SplitHostPort(b.at)
	p, said, err := rig.StartAndHear("the broker", b.log, exec.Command(b.program, "broker", "--dir", b.dir, "--port", port))
	if err != nil {
		return err
	}
	b.process = p
	if said != b.at {
		return fmt.Errorf("start the broker: it listens on %s, not %s", said, b.at)
	}
	return nil
}

func (b *embeddedBroker) address() string { return b.at }
func (b *embeddedBroker) can(k kind) bool { return k == brokerRestart }
func (b *embeddedBroker) sound(kind) bool { return true }
func (b *embeddedBroker) stop() error     { return b.process.Stop(30 * time.Second) }

func (b *embeddedBroker) restart(_ bool, down time.Duration) error {
	if err := b.stop(); err != nil {
		return fmt.Errorf("stop the broker: %w", err)
	}
	time.Sleep(down)
	return b.start()
}

// kafkaBroker is one real node, run by the script that the end-to-end tests use, on a port and a folder of its own.
type kafkaBroker struct {
	script, dir, at string
	lives           int // so far; each has a log of its own
}

func startKafka(root, dir string) (*kafkaBroker, error) {
	at, err := rig.FreeAddress()
	if err != nil {
		return nil, err
	}
	b := &kafkaBroker{script: filepath.Join(root, "deploy", "kafka", "kafka"), dir: filepath.Join(dir, "kafka"), at: at}
	return b, b.do("start")
}

// do runs the script. Its own output goes through a file: the node it starts would keep a pipe open.
func (b *kafkaBroker) do(what string) error {
	_, port, _ := net.SplitHostPort(b.at)
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return fmt.Errorf("%s Kafka: %w", what, err)
	}
	out, err := os.Create(filepath.Join(b.dir, "script.log"))
	if err != nil {
		return fmt.Errorf("%s Kafka: %w", what, err)
	}
	defer out.Close()
	c := exec.Command(b.script, what)
	c.Env = append(os.Environ(), "LABWATCH_KAFKA_PORT="+port, "LABWATCH_KAFKA_DIR="+b.dir)
	c.Stdout, c.Stderr = out, out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s Kafka: %w: %s", what, err, bytes.TrimSpace(said))
	}
	return nil
}

func (b *kafkaBroker) address() string { return b.at }
func (b *kafkaBroker) can(k kind) bool { return k == brokerRestart || k == brokerKill }
func (b *kafkaBroker) stop() error     { return b.do("stop") }

// sound: while a single node stops or starts, its own view of the cluster has no leaders, and its coordinator takes a
// partition without a leader for a deleted one when it writes the markers of a commit: "these partitions are likely deleted
// already and hence can be skipped" (TransactionMarkerChannelManager, Kafka 4.4). With more nodes another one leads.
func (b *kafkaBroker) sound(k kind) bool { return k != brokerKill && k != brokerRestart }

func (b *kafkaBroker) restart(crash bool, down time.Duration) error {
	if crash {
		text, err := os.ReadFile(filepath.Join(b.dir, "kafka.pid"))
		if err != nil {
			return fmt.Errorf("kill Kafka: %w", err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return fmt.Errorf("kill Kafka: %w", err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return fmt.Errorf("kill Kafka: %w", err)
		}
		time.Sleep(200 * time.Millisecond)
	} else if err := b.do("stop"); err != nil {
		return err
	}
	b.lives++
	old := filepath.Join(b.dir, "kafka.log")
	if err := os.Rename(old, fmt.Sprintf("%s.life%d", old, b.lives)); err != nil {
		return fmt.Errorf("keep the log of Kafka: %w", err)
	}
	time.Sleep(down)
	return b.do("start")
}
