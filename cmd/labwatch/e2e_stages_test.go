package main

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"labwatch/config"
	"labwatch/record"
	"labwatch/stream/kafka"
)

// TestE2ETwoProcesses runs the two stages as two processes that start at the same moment and know of each other
// through Kafka only. Each is taken away once in the middle, in order or not.
func TestE2ETwoProcesses(t *testing.T) {
	l := newLab(t, false)
	// The stages share everything but the address on which they are asked.
	sequence, judge := *l, *l
	judge.http = freeAddress(t)
	must(0, os.WriteFile(l.path("judge.yaml"), []byte(strings.ReplaceAll(l.config(), l.http, judge.http)), 0o600))
	startSequence := func() *process {
		return l.start("sequence", "run", "--only", stageSequence, "--config", l.path("config.yaml"))
	}
	startJudge := func() *process {
		return l.start("judge", "run", "--only", stageJudge, "--config", l.path("judge.yaml"))
	}
	s, j := startSequence(), startJudge() // together they find no topic of labwatch's, and both make them
	sequence.waitReady(s)
	judge.waitReady(j)

	messages := scene()
	l.send(messages, 4000, func() {
		j.kill()
		if err := s.stop(); err != nil {
			t.Fatalf("stop the sequence: %v", err)
		}
		s, j = startSequence(), startJudge()
	})
	l.waitRecords(len(messages))
	for _, p := range []*process{s, j} {
		if err := p.stop(); err != nil {
			t.Errorf("stop the %s: %v", p.name, err)
		}
	}
	l.compare()
	if _, err := os.Stat(l.path("state")); err != nil {
		t.Errorf("the judge kept no state: %v", err)
	}
}

// TestStopWhileBrokerIsSilent freezes the broker in the middle of the stream, stops labwatch, which must not wait for
// ever, and wakes the broker again: nothing may be lost or doubled by it.
func TestStopWhileBrokerIsSilent(t *testing.T) {
	if os.Getenv("LABWATCH_KAFKA") != "" {
		t.Skip("the broker is not ours to freeze")
	}
	t.Parallel() // it waits more than it works
	l := newLab(t, false)
	broker := l.started[0]
	p := l.run()
	messages := scene()
	l.send(messages, 4000, func() {
		tell(t, broker, syscall.SIGSTOP)
		err := p.stop() // which allows 40 s: the patience of the daemon and some
		tell(t, broker, syscall.SIGCONT)
		_, errs, told := strings.Cut("\n"+p.log.String(), "\nlabwatch: ") // one a line
		switch {
		case err == nil: // the broker froze between two transactions
			t.Log("nothing was uncommitted")
		case err.Error() != "exit status 1", !told, !strings.Contains(errs, "has not stopped within"):
			t.Errorf("stop: %v; it says %q", err, errs)
		}
		p = l.run()
	})
	l.waitRecords(len(messages))
	if err := p.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	l.compare()
}

func tell(t *testing.T, p *process, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// TestNobodyAtTheBroker starts against an address where nobody listens: one error that names the address and the
// setting. A stop while it waits is no error.
func TestNobodyAtTheBroker(t *testing.T) {
	cfg := config.Default()
	cfg.Kafka.Brokers = []string{"127.0.0.1:1"} // tcpmux, which nobody runs
	cfg.HTTP.Listen = "127.0.0.1:0"
	cfg.State.Dir = t.TempDir()
	if errs := cfg.Validate(); errs != nil {
		t.Fatal(errs)
	}
	e, err := newEngine(&cfg, must(record.NewEphemeralKeyring(rand.Reader)))
	if err != nil {
		t.Fatal(err)
	}
	never := func(string, *kafka.Judge) { t.Error("it started") }
	err = runDaemon(t.Context(), daemon{engine: e, log: zerolog.Nop(), patience: time.Second, started: never})
	if err == nil || !strings.Contains(err.Error(), "no Kafka broker answers at 127.0.0.1:1 (kafka.brokers) after 1s") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, stop)
	if err := runDaemon(ctx, daemon{engine: e, log: zerolog.Nop(), patience: time.Hour, started: never}); err != nil {
		t.Errorf("stopped while waiting: %v", err)
	}
}
