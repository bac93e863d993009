package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream/kafka"
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
	gone := l.start("rejects", "rejects", "redrive", config, address, "0/99999")
	<-gone.done
	if said := gone.log.String(); gone.err == nil || !strings.Contains(said, "reject 0/99999 was not found") || strings.Contains(said, address) ||
		gone.out.String() != "0 sent back, 1 had been sent back before\n" {
		t.Errorf("redrive of what is not there: %v, %q, %q", gone.err, said, gone.out.String())
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

// TestE2ERejectsFused sends a message back to the partition that the gateway chose, which is not that of its key; and
// a look at what would be sent shuts nobody out who sends.
func TestE2ERejectsFused(t *testing.T) {
	l := newLab(t, true)
	p := l.run()
	gateway, err := kgo.NewClient(kgo.SeedBrokers(l.broker), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer gateway.Close()
	for partition := range int32(2) { // one of them is not where the key belongs
		r := &kgo.Record{Topic: l.topic("all"), Partition: partition, Key: []byte("a"), Value: []byte("{")}
		if err := gateway.ProduceSync(context.Background(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	l.waitRecords(2)
	if err := p.stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	a, err := ask(context.Background(), l.path("config.yaml"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	other, err := kafka.NewRedriver(context.Background(), a.env, true)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	config := "--config=" + l.path("config.yaml")
	if got := l.command("rejects", "redrive", config, "--all", "--dry-run"); got != "2 would be sent back, 0 had been sent back before\n" {
		t.Errorf("dry run: %q", got)
	}
	list, err := a.find(context.Background(), &rejectFilter{})
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	first := kafka.Back{Partition: list[0].partition, Offset: list[0].offset, Topic: list[0].topic, Key: []byte("a"), Value: []byte("{")}
	if list[0].origin == "1/0" {
		first.From = 1
	}
	if err := other.Send(context.Background(), []kafka.Back{first}); err != nil {
		t.Errorf("a dry run shut out who sends: %v", err)
	}
	if got := l.command("rejects", "redrive", config, "--all"); got != "1 sent back, 1 had been sent back before\n" {
		t.Errorf("redrive: %q", got)
	}
	for partition, rs := range l.committed(l.topic("all")) {
		if len(rs) != 2 {
			t.Errorf("%d messages in partition %d, want 2", len(rs), partition)
		}
	}
}

// TestE2ERejectsMany sends back more than goes into one transaction.
func TestE2ERejectsMany(t *testing.T) {
	const many = 2*redriveBatch + 3
	l := newLab(t, false)
	p := l.run()
	var broken []*kgo.Record
	for i := range many {
		broken = append(broken, &kgo.Record{Topic: l.topic("telemetry"), Value: fmt.Appendf(nil, "no json %d", i)})
	}
	if err := l.client.ProduceSync(context.Background(), broken...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	l.waitRecords(many)
	if err := p.stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	config := "--config=" + l.path("config.yaml")
	for i, want := range []string{"1003 sent back, 0 had been sent back before\n", "0 sent back, 1003 had been sent back before\n"} {
		if got := l.command("rejects", "redrive", config, "--all"); got != want {
			t.Errorf("redrive %d: %q, want %q", i, got, want)
		}
	}
	times := map[string]int{}
	for _, rs := range l.committed(l.topic("telemetry")) {
		for _, r := range rs {
			times[string(r.Value)]++
		}
	}
	for _, r := range broken {
		if times[string(r.Value)] != 2 {
			t.Errorf("%q stands %d times in its topic, want 2", r.Value, times[string(r.Value)])
		}
	}
}
