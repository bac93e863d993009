package main

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"labwatch/config"
	"labwatch/stream"
)

// The tests of this file run on the embedded broker, or on the one that LABWATCH_KAFKA names.

// scene is the demo's scenario, a little over ten thousand readings, in the order in which they are sent.
func scene() []simMessage {
	start := time.Date(2026, 5, 4, 6, 0, 0, 0, time.UTC)
	s := together(originalScenario(start, 1), liveFleet(start, 1))
	return append(s.History, s.Live...)
}

// send writes messages, and calls at in the middle of it.
func (l *lab) send(messages []simMessage, rate int, half func()) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	w := newOutsideWriter([]string{l.broker})
	defer w.Close()
	if err := w.WaitTopics(ctx, l.topics().distinct()...); err != nil {
		l.t.Fatal(err)
	}
	for i, part := range [][]simMessage{messages[:len(messages)/2], messages[len(messages)/2:]} {
		if i == 1 && half != nil {
			half()
		}
		if err := pacedSend(ctx, w, l.topics(), part, rate, nil); err != nil {
			l.t.Fatal(err)
		}
	}
}

// expected is what an engine that is never disturbed says to the same ordered input: the log, or the fused topic.
// It is asked record by record, in this process.
func (l *lab) expected() (records, alerts []string) {
	l.t.Helper()
	cfg, err := config.Load(l.path("config.yaml"))
	if err != nil {
		l.t.Fatal(err)
	}
	e, err := newEngine(cfg, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	topic := l.topic("log")
	if l.fused {
		topic = l.topic("all")
	}
	for _, input := range l.committed(topic) {
		w := e.worker(l.fused)
		for _, r := range input {
			m := stream.Message{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Key: r.Key, Value: r.Value, At: r.Timestamp.UnixNano()}
			err := w.Process(m, func(o stream.Output) {
				switch o.To {
				case stream.Records:
					records = append(records, string(o.Key)+" "+string(o.Value))
				case stream.Alerts:
					alerts = append(alerts, string(o.Key)+" "+string(o.Value))
				}
			})
			if err != nil {
				l.t.Fatal(err)
			}
		}
	}
	return records, alerts
}

// published is what readers of committed data find.
func (l *lab) published(topic string) (all []string) {
	l.t.Helper()
	for _, rs := range l.committed(topic) {
		for _, r := range rs {
			all = append(all, string(r.Key)+" "+string(r.Value))
		}
	}
	return all
}

// compare checks that the same messages were published, each once, and in order for each device.
func (l *lab) compare() {
	l.t.Helper()
	wantRecords, wantAlerts := l.expected()
	for _, c := range []struct {
		what string
		want []string
	}{{"records", wantRecords}, {"alerts", wantAlerts}} {
		got := l.published(l.topic(c.what))
		if len(c.want) == 0 {
			l.t.Errorf("no %s were expected: the test proves nothing", c.what)
		}
		g, w := byDevice(got), byDevice(c.want)
		lost, doubled := differ(got, c.want)
		if lost+doubled > 0 || len(g) != len(w) {
			l.t.Errorf("%s: %d published, %d expected: %d lost or changed, %d doubled or changed", c.what, len(got), len(c.want), lost, doubled)
			continue
		}
		for device, list := range w {
			if !slices.Equal(g[device], list) {
				l.t.Errorf("%s of %s came in another order", c.what, device)
			}
		}
		l.t.Logf("%s: %d published, 0 lost, 0 doubled, in order", c.what, len(got))
	}
}

func byDevice(all []string) map[string][]string {
	m := map[string][]string{}
	for _, s := range all {
		device, _, _ := strings.Cut(s, " ")
		m[device] = append(m[device], s)
	}
	return m
}

func differ(got, want []string) (lost, extra int) {
	n := map[string]int{}
	for _, s := range got {
		n[s]++
	}
	for _, s := range want {
		n[s]--
	}
	for _, d := range n {
		lost += max(-d, 0)
		extra += max(d, 0)
	}
	return lost, extra
}

func ways(t *testing.T, f func(t *testing.T, fused bool)) {
	for _, fused := range []bool{false, true} {
		name := "sequenced"
		if fused {
			name = "fused"
		}
		t.Run(name, func(t *testing.T) { f(t, fused) })
	}
}

// TestE2E runs the scenario undisturbed and reads what came out with a client that labwatch is not built on.
func TestE2E(t *testing.T) {
	ways(t, func(t *testing.T, fused bool) {
		l := newLab(t, fused)
		p := l.run()
		messages := scene()
		l.send(messages, 0, nil)
		l.send([]simMessage{{Stream: simResults, Key: []byte("x"), Value: []byte("{this is not JSON, patient 4711 Doe")}}, 0, nil)
		l.waitRecords(len(messages) + 1)
		if err := p.stop(); err != nil {
			t.Fatalf("stop: %v", err)
		}
		l.compare()
		l.readWithKcat(len(messages))
		if rejects := l.published(l.topic("rejects")); len(rejects) != 1 || strings.Contains(rejects[0], "4711") {
			t.Errorf("rejects: %q", rejects)
		}
	})
}

// readWithKcat reads the records with librdkafka, as a hospital might.
func (l *lab) readWithKcat(n int) {
	l.t.Helper()
	kcat, err := exec.LookPath("kcat")
	if err != nil {
		l.t.Log("NOT CHECKED: kcat is not installed, so the topics were read with franz-go only")
		return
	}
	for topic, least := range map[string]int{l.topic("records"): n, l.topic("alerts"): 1} {
		out, err := exec.Command(kcat, "-C", "-q", "-e", "-b", l.broker, "-t", topic, "-o", "beginning", "-X", "isolation.level=read_committed",
			"-f", "%k %s\n").Output()
		if err != nil {
			l.t.Fatalf("kcat: %v", err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if topic == l.topic("records") && len(lines) != n || len(lines) < least {
			l.t.Errorf("kcat read %d messages of %s, %d were expected", len(lines), topic, least)
		}
		if lost, extra := differ(lines, l.published(topic)); lost+extra > 0 {
			l.t.Errorf("kcat and franz-go read %s differently: %d and %d", topic, lost, extra)
		}
	}
}

// TestE2ERestart stops labwatch in the middle of the stream and starts it again.
func TestE2ERestart(t *testing.T) {
	ways(t, func(t *testing.T, fused bool) {
		l := newLab(t, fused)
		p := l.run()
		messages := scene()
		l.send(messages, 4000, func() {
			if err := p.stop(); err != nil {
				t.Fatalf("stop: %v", err)
			}
			p = l.run()
		})
		l.waitRecords(len(messages))
		if err := p.stop(); err != nil {
			t.Fatalf("stop: %v", err)
		}
		l.compare()
	})
}

// TestE2EKill kills labwatch three times with SIGKILL while readings stream in, once with its local state taken away,
// and then soon again, when the disk knows little.
func TestE2EKill(t *testing.T) {
	ways(t, func(t *testing.T, fused bool) {
		l := newLab(t, fused)
		p := l.run()
		messages := scene()
		done := make(chan struct{})
		go func() {
			defer close(done)
			l.send(messages, 2500, nil)
		}()
		time.Sleep(3500 * time.Millisecond)
		p.kill()
		p = l.run()
		time.Sleep(800 * time.Millisecond)
		p.kill()
		if err := exec.Command("rm", "-rf", l.path("state")).Run(); err != nil {
			t.Fatal(err)
		}
		p = l.run()
		time.Sleep(500 * time.Millisecond)
		p.kill()
		p = l.run()
		<-done
		l.waitRecords(len(messages))
		if err := p.stop(); err != nil {
			t.Fatalf("stop: %v", err)
		}
		l.compare()
	})
}
