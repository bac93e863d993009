package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// command runs labwatch and returns what it prints.
func (l *lab) command(args ...string) string {
	l.t.Helper()
	p := l.start(args[0], args...)
	<-p.done
	if p.err != nil {
		l.t.Fatalf("labwatch %s: %v\n%s", strings.Join(args, " "), p.err, p.log.String())
	}
	return p.out.String()
}

// TestE2ERejects sends back what was set aside: as it came, to where it came from, with its key, and once.
func TestE2ERejects(t *testing.T) {
	l := newLab(t, false)
	p := l.run()
	broken := []string{"{", "no json", `{"device_id":"a"}`}
	for _, text := range broken {
		r := &kgo.Record{Topic: l.topic("telemetry"), Key: []byte("key of " + text), Value: []byte(text)}
		if err := l.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	l.waitRecords(len(broken))
	if err := p.stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	config := "--config=" + l.path("config.yaml")

	list := l.command("rejects", "list", config)
	if !strings.Contains(list, "3 set aside, 3 of them not sent back: no_time 1, undecodable 2") || strings.Contains(list, "no json") {
		t.Errorf("list:\n%s", list)
	}
	line := l.command("rejects", "list", config, "--json", "--reason", "no_time")
	var one rejectJSON
	if err := json.Unmarshal([]byte(line), &one); err != nil || one.Reason != "no_time" || one.Topic != l.topic("telemetry") {
		t.Errorf("list --json: %v\n%s", err, line)
	}
	address := one.Reject
	if shown := l.command("rejects", "show", config, address); shown != broken[2] {
		t.Errorf("show %s: %q", address, shown)
	}

	if got := l.command("rejects", "redrive", config, "--reason", "undecodable", "--dry-run"); got != "2 would be sent back, 0 had been sent back before\n" {
		t.Errorf("dry run: %q", got)
	}
	if got := l.command("rejects", "redrive", config, "--reason", "undecodable"); got != "2 sent back, 0 had been sent back before\n" {
		t.Errorf("redrive: %q", got)
	}
	if got := l.command("rejects", "redrive", config, "--all"); got != "1 sent back, 2 had been sent back before\n" {
		t.Errorf("redrive of the rest: %q", got)
	}
	if got := l.command("rejects", "redrive", config, "--all"); got != "0 sent back, 3 had been sent back before\n" {
		t.Errorf("redrive again: %q", got)
	}
	all := map[string]int{}
	for _, rs := range l.committed(l.topic("telemetry")) {
		for _, r := range rs {
			if string(r.Key) != "key of "+string(r.Value) || len(r.Headers) != 0 {
				t.Errorf("key %q and %d headers of %q", r.Key, len(r.Headers), r.Value)
			}
			all[string(r.Value)]++
		}
	}
	for _, text := range broken {
		if all[text] != 2 {
			t.Errorf("%q stands %d times in its topic, want 2", text, all[text])
		}
	}
}
