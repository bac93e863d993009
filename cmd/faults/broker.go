package main

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"labwatch/cmd/rig"
)

// broker is the Kafka under test.
type broker interface {
	// addresses are those of its nodes.
	addresses() []string
	// can says whether a fault of the broker can be had here.
	can(k kind) bool
	// sound says whether the broker keeps its own promises under that fault.
	sound(k kind) bool
	// restart ends one of its nodes, from 0, in order or by a kill, and starts it again on the same data after a pause.
	restart(node int, crash bool, down time.Duration) error
	stop() error
}

func startBroker(s *settings, root, program, dir string) (broker, error) {
	switch {
	case s.brokers != "":
		return foreignBroker(s.brokers), nil
	case s.broker == "kafka":
		return startKafka(root, dir, 1)
	case s.broker == "kafka3":
		return startKafka(root, dir, 3)
	default:
		return startEmbedded(program, dir)
	}
}

// foreignBroker was there before us.
type foreignBroker string

func (b foreignBroker) addresses() []string                    { return strings.Split(string(b), ",") }
func (b foreignBroker) can(kind) bool                          { return false }
func (b foreignBroker) sound(kind) bool                        { return true }
func (b foreignBroker) restart(int, bool, time.Duration) error { return nil }
func (b foreignBroker) stop() error                            { return nil }

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

func (b *embeddedBroker) addresses() []string { return []string{b.at} }
func (b *embeddedBroker) can(k kind) bool     { return k == brokerRestart }
func (b *embeddedBroker) sound(kind) bool     { return true }
func (b *embeddedBroker) stop() error         { return b.process.Stop(30 * time.Second) }

func (b *embeddedBroker) restart(_ int, _ bool, down time.Duration) error {
	if err := b.stop(); err != nil {
		return fmt.Errorf("stop the broker: %w", err)
	}
	time.Sleep(down)
	return b.start()
}
