package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
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

// kafkaBroker is a real Kafka of one node or of three, run by the script that the end-to-end tests use, on ports and in a
// folder of its own.
type kafkaBroker struct {
	script, dir string
	host        string
	port        int // of the first node
	nodes       int
	lives       int // that ended so far; each has a log of its own
}

// startKafka starts all nodes, or leaves none of them behind.
func startKafka(root, dir string, nodes int) (*kafkaBroker, error) {
	at, err := rig.FreeAddress()
	if err != nil {
		return nil, err
	}
	host, text, _ := net.SplitHostPort(at)
	port, _ := strconv.Atoi(text)
	b := &kafkaBroker{script: filepath.Join(root, "deploy", "kafka", "kafka"), dir: filepath.Join(dir, "kafka"), host: host, port: port, nodes: nodes}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return nil, fmt.Errorf("start Kafka: %w", err)
	}
	err = b.do("start", everyNode)
	if err != nil { // a slow start: one more try, from none
		if err = b.stop(); err == nil {
			err = b.do("start", everyNode)
		}
	}
	if err != nil {
		return nil, errors.Join(err, b.stop())
	}
	return b, nil
}

// everyNode is what the script does something to when it is told of no single one.
const everyNode = -1

// do runs the script. Its own output goes through a file: the node it starts would keep a pipe open.
func (b *kafkaBroker) do(what string, node int) error {
	out, err := os.Create(filepath.Join(b.dir, "script.log"))
	if err != nil {
		return fmt.Errorf("%s Kafka: %w", what, err)
	}
	defer out.Close()
	c := exec.Command(b.script, what)
	c.Env = append(os.Environ(), "LABWATCH_KAFKA_PORT="+strconv.Itoa(b.port), "LABWATCH_KAFKA_DIR="+b.dir,
		"LABWATCH_KAFKA_NODES="+strconv.Itoa(b.nodes))
	if b.nodes > 1 && node != everyNode {
		c.Env = append(c.Env, "LABWATCH_KAFKA_NODE="+strconv.Itoa(node+1))
	}
	c.Stdout, c.Stderr = out, out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s Kafka: %w: %s", what, err, bytes.TrimSpace(said))
	}
	return nil
}

func (b *kafkaBroker) addresses() (all []string) {
	for n := range b.nodes { // as the script counts them
		all = append(all, net.JoinHostPort(b.host, strconv.Itoa(b.port+4*n)))
	}
	return all
}

func (b *kafkaBroker) can(k kind) bool {
	return k == brokerRestart || k == brokerKill || b.nodes > 1
}

func (b *kafkaBroker) stop() error {
	err := b.do("stop", everyNode)
	if err == nil || b.nodes == 1 {
		return err
	}
	// The last node may wait for the others, which are stopped, longer than anybody waits for it. All is checked by then.
	var killed []error
	for node := range b.nodes {
		switch failed := b.kill(node); {
		case errors.Is(failed, fs.ErrNotExist), errors.Is(failed, syscall.ESRCH): // it has ended; most often the script has deleted its file
		default:
			killed = append(killed, failed)
		}
	}
	if len(killed) > 0 {
		return errors.Join(killed...)
	}
	return err
}

// folder is where the script keeps what is of one node.
func (b *kafkaBroker) folder(node int) string {
	if b.nodes == 1 {
		return b.dir
	}
	return filepath.Join(b.dir, strconv.Itoa(node+1))
}

// kill ends a node with SIGKILL.
func (b *kafkaBroker) kill(node int) error {
	text, err := os.ReadFile(filepath.Join(b.folder(node), "kafka.pid"))
	if err != nil {
		return fmt.Errorf("kill Kafka: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		return fmt.Errorf("kill Kafka: %w", err)
	}
	return nil
}

// sound: while a single node stops or starts, its own view of the cluster has no leaders, and its coordinator takes a
// partition without a leader for a deleted one when it writes the markers of a commit: "these partitions are likely deleted
// already and hence can be skipped" (TransactionMarkerChannelManager, Kafka 4.4). With more nodes another one leads.
func (b *kafkaBroker) sound(kind) bool { return b.nodes > 1 }

func (b *kafkaBroker) restart(node int, crash bool, down time.Duration) error {
	if crash {
		if err := b.kill(node); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	} else if err := b.do("stop", node); err != nil {
		return err
	}
	b.lives++
	old := filepath.Join(b.folder(node), "kafka.log")
	if err := os.Rename(old, fmt.Sprintf("%s.life%d", old, b.lives)); err != nil {
		return fmt.Errorf("keep the log of Kafka: %w", err)
	}
	time.Sleep(down)
	return b.do("start", node)
}
