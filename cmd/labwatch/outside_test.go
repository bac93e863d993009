package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"go.uber.org/goleak"

	embedded "labwatch/stream/kafka"
)

// testBroker starts an embedded broker in memory, without topics.
func testBroker(t *testing.T) (address string) {
	t.Helper()
	b, err := embedded.StartBroker("", 29092)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b.Address()
}

func createTopics(t *testing.T, address string, partitions int, topics ...string) {
	t.Helper()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(address), Transport: transport}
	var wanted []kafka.TopicConfig
	for _, name := range topics {
		wanted = append(wanted, kafka.TopicConfig{Topic: name, NumPartitions: partitions, ReplicationFactor: 1})
	}
	answer, err := client.CreateTopics(context.Background(), &kafka.CreateTopicsRequest{Topics: wanted})
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range answer.Errors {
		if err != nil {
			t.Fatal(name, err)
		}
	}
}

// noLeaks fails the test if it leaves a goroutine of its own behind, after its other clean-up.
func noLeaks(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// collect follows a topic until it has n messages, and returns them by device in the order of their arrival.
func collect(t *testing.T, address, topic string, n int) map[string][]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	byDevice := map[string][]string{}
	got := 0
	err := followTopic(ctx, []string{address}, topic, func(m kafka.Message) {
		byDevice[string(m.Key)] = append(byDevice[string(m.Key)], string(m.Value))
		if got++; got == n {
			cancel()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got < n {
		t.Fatalf("%d of %d messages of %s", got, n, topic)
	}
	return byDevice
}

// TestOutsideThereAndBack writes a fleet's messages into topics that are created while the writer waits for them,
// and reads every one of them back, each device's in order.
func TestOutsideThereAndBack(t *testing.T) {
	noLeaks(t)
	address := testBroker(t)
	sent, _ := messages(t, fleetConfig{Devices: 20, Rate: 1000, Seed: 2}, 5000)

	w := newOutsideWriter([]string{address})
	waited := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		waited <- w.WaitTopics(ctx, defaultTopics().distinct()...)
	}()
	createTopics(t, address, 4, defaultTopics().distinct()...)
	if err := <-waited; err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	err := pacedSend(context.Background(), w, defaultTopics(), sent, 0, func(batch []simMessage, at time.Time) {
		acknowledged += len(batch)
	})
	if err != nil || acknowledged != len(sent) {
		t.Fatal(acknowledged, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for stream, topic := range defaultTopics() {
		want := map[string][]string{}
		n := 0
		for _, m := range sent {
			if m.Stream == simStream(stream) {
				want[string(m.Key)] = append(want[string(m.Key)], string(m.Value))
				n++
			}
		}
		got := collect(t, address, topic, n)
		for device, list := range want {
			if !slices.Equal(got[device], list) {
				t.Errorf("%s: %s sent %d messages; %d came back, or in another order", topic, device, len(list), len(got[device]))
			}
		}
	}
}

func TestWaitTopicsSaysWhatIsMissing(t *testing.T) {
	noLeaks(t)
	address := testBroker(t)
	createTopics(t, address, 1, "there")
	w := newOutsideWriter([]string{address})
	defer w.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := w.WaitTopics(ctx, "there", "missing")
	if err == nil || !strings.Contains(err.Error(), "no topic missing (") || !strings.Contains(err.Error(), address) {
		t.Error(err)
	}
}

func TestFollowTopicStops(t *testing.T) {
	noLeaks(t)
	address := testBroker(t)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { // a topic that never comes
		if err := followTopic(ctx, []string{address}, "never", func(kafka.Message) {}); err != nil {
			t.Error(err)
		}
	})
	cancel()
	wg.Wait()
}

func TestIsControlMarker(t *testing.T) {
	commit := kafka.Message{Key: []byte{0, 0, 0, 1}, Value: make([]byte, 6)}
	if !isControlMarker(commit) {
		t.Error("a commit marker is not recognised")
	}
	if isControlMarker(kafka.Message{Key: []byte("dev1"), Value: []byte(`{"a":}`)}) {
		t.Error("a message is taken for a marker")
	}
}

func TestPaced(t *testing.T) {
	t.Run("limit", func(t *testing.T) {
		sent := 0
		begin := time.Now()
		err := paced(context.Background(), 2000, 300, func(n int) error { sent += n; return nil })
		// No faster than asked: 300 messages at 2000 a second take 150 ms. How much slower is the machine's affair.
		if took := time.Since(begin); err != nil || sent != 300 || took < 149*time.Millisecond {
			t.Errorf("%d in %v: %v", sent, took, err)
		}
	})
	t.Run("stop", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		steps := 0
		err := paced(ctx, 1000, 0, func(int) error { steps++; cancel(); return nil })
		if err != nil || steps != 1 {
			t.Errorf("%d steps: %v", steps, err)
		}
	})
	t.Run("failure", func(t *testing.T) {
		broken := errors.New("broken")
		if err := paced(context.Background(), 1000, 0, func(int) error { return broken }); !errors.Is(err, broken) {
			t.Error(err)
		}
	})
	t.Run("catches up", func(t *testing.T) {
		sent, steps := 0, 0
		err := paced(context.Background(), 1000, 200, func(n int) error {
			if steps++; steps == 1 {
				time.Sleep(150 * time.Millisecond)
			}
			sent += n
			return nil
		})
		if err != nil || sent != 200 || steps > 6 { // at least 150 of them are due after the stall
			t.Errorf("%d in %d steps: %v", sent, steps, err)
		}
	})
}

func TestSimulateCommand(t *testing.T) {
	noLeaks(t)
	address := testBroker(t)
	createTopics(t, address, 2, defaultTopics().distinct()...)
	run := func(args ...string) (string, error) {
		c := newSimulateCommand()
		var out bytes.Buffer
		c.SetOut(&out)
		c.SetErr(&bytes.Buffer{})
		c.SetArgs(append([]string{"--brokers", address}, args...))
		err := c.ExecuteContext(context.Background())
		return out.String(), err
	}
	out, err := run("--count", "1000", "--rate", "20000", "--devices", "10", "--start-time", "2026-03-02T08:00:00Z",
		"--fault", "drift:device=analyser-03,test=GLU,at=10ms")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "sent 1000 messages in ") || !strings.Contains(lines[0], ", result ") ||
		!strings.HasPrefix(lines[1], "injected drift: ") || !strings.Contains(lines[1], " analyser-03, 2026-03-02T08:00:00.0") {
		t.Error(out)
	}
	var counts [simStreams]int
	if _, err := fmt.Sscanf(lines[0][strings.Index(lines[0], ", result")+2:], "result %d, qc %d, log %d, telemetry %d",
		&counts[0], &counts[1], &counts[2], &counts[3]); err != nil {
		t.Fatal(err)
	}
	for stream, topic := range defaultTopics() {
		n := 0
		for _, list := range collect(t, address, topic, counts[stream]) {
			n += len(list)
		}
		if n != counts[stream] {
			t.Errorf("%s holds %d messages, %d were counted", topic, n, counts[stream])
		}
	}

	createTopics(t, address, 2, "gateway")
	if out, err := run("--fused", "gateway", "--count", "100", "--rate", "10000"); err != nil || !strings.HasPrefix(out, "sent 100 messages") {
		t.Error(out, err)
	}
	for _, list := range collect(t, address, "gateway", 100) {
		if !strings.HasPrefix(list[0], `{"kind":"`) {
			t.Error(list[0])
		}
	}
}

// TestSimulateStops is Ctrl-C: what was counted is in the topics, and the run ends well.
func TestSimulateStops(t *testing.T) {
	noLeaks(t)
	address := testBroker(t)
	createTopics(t, address, 2, defaultTopics().distinct()...)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var out bytes.Buffer
	o := simulateOptions{brokers: []string{address}, devices: 5, rate: 2000, seed: 1, topics: defaultTopics()}
	ended := make(chan error, 1)
	go func() { ended <- o.run(ctx, &out, &bytes.Buffer{}) }()
	collect(t, address, "lab.results", 50) // it is running
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	var total, results int
	if _, err := fmt.Sscanf(out.String(), "sent %d messages", &total); err != nil || total == 0 {
		t.Fatal(out.String())
	}
	if _, err := fmt.Sscanf(out.String()[strings.Index(out.String(), ", result"):], ", result %d", &results); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, list := range collect(t, address, "lab.results", results) {
		n += len(list)
	}
	if n != results {
		t.Errorf("%d results counted, %d written", results, n)
	}
}

func TestSimulateMistakes(t *testing.T) {
	o := simulateOptions{devices: 0, rate: -1, lasts: -1, count: -1, start: "today", faults: []string{"melt:"}}
	_, err := o.fleet(simStart)
	if err == nil {
		t.Fatal("no mistake found")
	}
	for _, want := range []string{"--devices 0", "--rate -1", "--for -1ns", "--count -1", `--start-time "today"`, `no kind "melt"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not said: %s in %v", want, err)
		}
	}
	c := newSimulateCommand()
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetArgs([]string{"--rate", "0"})
	if err := c.ExecuteContext(context.Background()); !errors.As(err, new(usageError)) {
		t.Errorf("a wrong flag is no usage error: %v", err)
	}
	// A port that nobody listens on: one clear sentence.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	o = simulateOptions{brokers: []string{address}, devices: 5, rate: 10, topics: defaultTopics()}
	var progress bytes.Buffer
	err = o.run(ctx, &bytes.Buffer{}, &progress)
	if err == nil || !strings.Contains(err.Error(), "wait for topics on "+address+": dial tcp") || !strings.Contains(err.Error(), "refused") {
		t.Error(err)
	}
	if said := progress.String(); strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "waiting for Kafka and its topics on "+address) {
		t.Errorf("whoever waits is told %q", said)
	}
}

// TestSimulateBrokers: readings go to the broker that the flag names, else to that of the config, and to no other.
func TestSimulateBrokers(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ config, flag, want string }{
		{"", "", "127.0.0.1:9092"},
		{"broker: {port: 9492}", "", "127.0.0.1:9492"},
		{"kafka: {brokers: [k1:9092]}", "", "k1:9092"},
		{"kafka: {brokers: [k1:9092]}", "k2:9093", "k2:9093"},
		{"broker: {port: 9492}", "k2:9093", "k2:9093"},
		{"", "k2:9093", "k2:9093"},
	} {
		var o simulateOptions
		if c.flag != "" {
			o.brokers = []string{c.flag}
		}
		if c.config != "" {
			o.config = writeFile(t, filepath.Join(dir, "config.yaml"), c.config)
		}
		w, err := o.writer()
		if err != nil {
			t.Fatal(err)
		}
		if got := w.brokers[0]; got != c.want || w.writer.Addr.String() != c.want {
			t.Errorf("config %q, --brokers %q: sends to %s, want %s", c.config, c.flag, got, c.want)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSimulateLimit(t *testing.T) {
	for _, c := range []struct {
		lasts time.Duration
		count int64
		want  int64
	}{{0, 0, 0}, {0, 7, 7}, {2 * time.Second, 0, 200}, {2 * time.Second, 7, 7}, {2 * time.Second, 900, 200}} {
		o := simulateOptions{rate: 100, lasts: c.lasts, count: c.count}
		if got := o.limit(); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// Of hundreds of messages that are refused at once, each reason is told once, and can still be asked for.
func TestRefusedMessagesAreToldOnce(t *testing.T) {
	refused := make(kafka.WriteErrors, 5000)
	for i := range 348 {
		refused[10*i] = kafka.Unknown
	}
	refused[4001] = kafka.NotLeaderForPartition
	err := brief(refused)
	if want := fmt.Sprintf("349 were refused: %v; %v", kafka.Unknown, kafka.NotLeaderForPartition); err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if !errors.Is(err, kafka.Unknown) || !errors.Is(err, kafka.NotLeaderForPartition) {
		t.Error("the reasons cannot be told")
	}
	if got := brief(context.Canceled); !errors.Is(got, context.Canceled) {
		t.Errorf("another error has become %v", got)
	}
}
