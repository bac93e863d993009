package rig

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is far beyond what anything here takes.
const patience = time.Minute

func TestStartAndHear(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(log, []byte("of an earlier process\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, first, err := StartAndHear("shell", log, exec.Command("sh", "-c", "echo one >&2; echo here; echo two >&2; exec sleep 600"))
	if err != nil {
		t.Fatal(err)
	}
	if first != "here" {
		t.Errorf("first line %q, want here", first)
	}
	for began := time.Now(); p.Tail(1) != "two" && time.Since(began) < patience; time.Sleep(time.Millisecond) {
	}
	if got := p.Tail(9); got != "one\ntwo" { // and not the line of the earlier process
		t.Errorf("it said %q, want one and two", got)
	}
	if err := p.Stop(patience); err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("stop gave %v, want the signal that ended it", err)
	}
	if _, _, err := StartAndHear("shell", log, exec.Command("sh", "-c", "echo no >&2")); err == nil || !strings.Contains(err.Error(), "said nothing") {
		t.Errorf("a process without a line gave %v", err)
	}
}

func TestStop(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"in order", `trap 'kill $!; exit 0' TERM; sleep 600 & echo ready >&2; wait`, ""},
		{"deaf", `trap '' TERM; echo ready >&2; exec sleep 600`, "deaf did not end and had to be killed after"},
	} {
		p, err := Start(c.name, filepath.Join(t.TempDir(), "log"), exec.Command("sh", "-c", c.script))
		if err != nil {
			t.Fatal(err)
		}
		for began := time.Now(); p.Tail(1) != "ready" && time.Since(began) < patience; time.Sleep(time.Millisecond) {
		}
		wait := patience
		if c.want != "" {
			wait = 50 * time.Millisecond
		}
		err = p.Stop(wait)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: stop gave %v, want %q", c.name, err, c.want)
		}
		select {
		case <-p.Done:
		default:
			t.Errorf("%s: still runs after stop", c.name)
		}
	}
}
