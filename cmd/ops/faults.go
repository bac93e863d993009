package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// faults is the bad day, in order.
func faults() []fault {
	return []fault{
		{"broker down", "LabwatchBrokerUnreachable", "brokers are down",
			func(_ context.Context, s *site) error { return s.silence(syscall.SIGSTOP) },
			func(_ context.Context, s *site) error { return s.silence(syscall.SIGCONT) }},
		{"broker slow", "LabwatchBrokerSlow", "far away",
			func(_ context.Context, s *site) error { s.proxy.SetLate(300 * time.Millisecond); return nil },
			func(_ context.Context, s *site) error { s.proxy.SetLate(0); return nil }},
		{"disk full", "LabwatchStateDiskFull", "something else fills the same file system",
			func(_ context.Context, s *site) error { return s.fill() },
			func(_ context.Context, s *site) error { return os.Remove(s.ballast()) }},
		{"wrong password", "LabwatchBrokerUnreachable", "wrong password",
			func(_ context.Context, s *site) error { return s.setPassword("not the password") },
			func(_ context.Context, s *site) error { return s.setPassword("") }},
		{"expired certificate", "LabwatchDown", "certificate has expired",
			func(_ context.Context, s *site) error { return s.certify(time.Now().Add(-time.Hour)) },
			func(_ context.Context, s *site) error { return s.certify(time.Now().Add(365 * 24 * time.Hour)) }},
		{"poison record", "LabwatchReject", "`undecodable`", poison, nothing},
		{"clock jump", "LabwatchClockSkew", "clock jumped",
			func(_ context.Context, s *site) error { s.instruments.ahead.Store(int64(time.Hour)); return nil },
			func(_ context.Context, s *site) error { s.instruments.ahead.Store(0); return nil }},
		{"sink down", "LabwatchSinkFailing", "receiver is down",
			func(ctx context.Context, s *site) error { s.hook.stop(); return s.warm(ctx, 85) },
			func(ctx context.Context, s *site) error { return errors.Join(s.hook.start(), s.warm(ctx, 4)) }},
		{"device gone silent", "LabwatchDeviceSilent", "disconnected",
			func(_ context.Context, s *site) error { s.instruments.silent.Store(true); return nil },
			func(_ context.Context, s *site) error { s.instruments.silent.Store(false); return nil }},
		{"state read-only", "LabwatchStateNotWritten", "read-only", readOnly, writable},
	}
}

func nothing(context.Context, *site) error { return nil }

func (s *site) ballast() string { return filepath.Join(s.path("state"), "ballast") }

// fill leaves no room on the disk of the state.
func (s *site) fill() error {
	f, err := os.Create(s.ballast())
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	defer f.Close()
	for block := make([]byte, 1<<20); err == nil; _, err = f.Write(block) {
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("fill the disk: %w", err)
	}
	return nil
}

// silence takes Kafka away, or gives it back: its process stands still and nobody reaches its port. It is not killed: a
// Kafka of one node that ends in the middle of a commit can leave the transaction open for ever, see DESIGN.md on what is
// promised on which broker.
func (s *site) silence(what syscall.Signal) error {
	text, err := os.ReadFile(filepath.Join(s.dir, "kafka", "kafka.pid"))
	if err != nil {
		return fmt.Errorf("find Kafka: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("find Kafka: %w", err)
	}
	if err := syscall.Kill(pid, what); err != nil {
		return fmt.Errorf("signal Kafka: %w", err)
	}
	s.proxy.SetCut(what == syscall.SIGSTOP)
	return nil
}

// setPassword changes what labwatch says to Kafka at its next connection, and makes it connect anew; empty is the right
// one.
func (s *site) setPassword(text string) error {
	if text == "" {
		right, err := os.ReadFile(filepath.Join(s.dir, "kafka", "certs", "password"))
		if err != nil {
			return fmt.Errorf("read Kafka's password: %w", err)
		}
		text = string(right)
	}
	if err := os.WriteFile(s.path("password"), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write password: %w", err)
	}
	s.proxy.Drop()
	return nil
}

// poison writes what nobody can read.
func poison(ctx context.Context, s *site) error {
	for range 50 {
		if err := s.client.ProduceSync(ctx, &kgo.Record{Topic: resultsTopic, Value: []byte("\x00\xff{")}).FirstErr(); err != nil {
			return fmt.Errorf("write poison: %w", err)
		}
	}
	return nil
}

// warm lets a fridge report a temperature: beyond 8 °C an alert opens that the sink must hear of.
func (s *site) warm(ctx context.Context, celsius float64) error {
	for i := range 5 {
		id := fmt.Sprintf("w-%g-%d", celsius, i)
		value := fmt.Sprintf(`{"sample_id":%q,"device_id":"fridge-3","timestamp":%q,"storage_temp_c":%g}`, id, time.Now().UTC().Format(time.RFC3339Nano), celsius)
		r := &kgo.Record{Topic: telemetryTopic, Key: []byte("fridge-3"), Value: []byte(value)}
		if err := s.client.ProduceSync(ctx, r).FirstErr(); err != nil {
			return fmt.Errorf("write reading: %w", err)
		}
		s.instruments.mu.Lock()
		s.instruments.sent[id] = true
		s.instruments.mu.Unlock()
	}
	return nil
}

// readOnly restarts labwatch on a state folder that cannot be written, as after a bad mount.
func readOnly(_ context.Context, s *site) error {
	if err := s.stopLabwatch(); err != nil {
		return err
	}
	if err := syscall.Mount("ops", s.path("state"), "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("make the state read-only: %w", err)
	}
	return s.startLabwatch()
}

// writable mends that; labwatch takes the folder at its next start.
func writable(_ context.Context, s *site) error {
	if err := syscall.Mount("ops", s.path("state"), "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", stateBytes)); err != nil {
		return fmt.Errorf("make the state writable: %w", err)
	}
	if err := s.stopLabwatch(); err != nil {
		return err
	}
	s.restarts++
	return s.startLabwatch()
}
