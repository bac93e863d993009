package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/cmd/rig"
)

// lab is what an end-to-end test works in: a broker, topics of its own on it, a config, keys, and a state folder.
type lab struct {
	t       *testing.T
	broker  string
	prefix  string
	dir     string
	http    string
	fused   bool
	client  *kgo.Client
	started []*process

	// of a secured Kafka, see secure
	bootstrap string // where labwatch connects; the test itself stays at broker
	user      string
	security  string // settings of kafka
	stateKeys string
	secrets   identities // that nothing may show
}

// newLab takes the broker that LABWATCH_KAFKA names, and makes sure that it is a real one, or starts an embedded
// broker as a process of its own.
func newLab(t *testing.T, fused bool) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), fused: fused, http: freeAddress(t), prefix: fmt.Sprintf("e2e-%d-", time.Now().UnixNano()%1e12)}
	l.broker = os.Getenv("LABWATCH_KAFKA")
	real := l.broker != ""
	if !real {
		b := l.start("broker", "broker", "--dir", filepath.Join(l.dir, "broker"), "--port", "19600")
		l.broker = b.firstLine(t)
	}
	var err error
	l.client, err = kgo.NewClient(kgo.SeedBrokers(l.broker), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.client.Close)
	l.assertBroker(real)
	t.Logf("broker %s, real=%v", l.broker, real)
	l.bootstrap = l.broker
	certs := os.Getenv("LABWATCH_TEST_KAFKA_CERTS")
	if certs != "" {
		l.secure(certs)
	}
	l.createTopics(2, l.inputs()...)
	must(0, os.WriteFile(l.path("keys"), []byte("kid e2e\npatient "+strings.Repeat("0123456789abcdef", 4)+"\ntechnician "+strings.Repeat("fedcba9876543210", 4)+"\n"), 0o600))
	must(0, os.WriteFile(l.path("config.yaml"), []byte(l.config()), 0o600))
	if certs != "" {
		l.permit()
	}
	return l
}

// assertBroker asks who it speaks to. The embedded broker has a cluster id of its own, and knows nothing of the
// metadata quorum that every real one has.
func (l *lab) assertBroker(real bool) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	m, err := kadm.NewClient(l.client).BrokerMetadata(ctx)
	if err != nil {
		l.t.Fatalf("no broker at %s: %v", l.broker, err)
	}
	if embedded := m.Cluster == "labwatch-embedded"; embedded == real {
		l.t.Fatalf("the broker at %s has cluster id %q: real wanted %v", l.broker, m.Cluster, real)
	}
}

func (l *lab) path(name string) string { return filepath.Join(l.dir, name) }

func (l *lab) topic(name string) string { return l.prefix + name }

func (l *lab) inputs() []string {
	if l.fused {
		return []string{l.topic("all")}
	}
	return []string{l.topic("results"), l.topic("qc"), l.topic("logs"), l.topic("telemetry")}
}

// topics tells the simulated instruments where to write.
func (l *lab) topics() simTopics {
	if l.fused {
		a := l.topic("all")
		return simTopics{a, a, a, a}
	}
	return simTopics{l.topic("results"), l.topic("qc"), l.topic("logs"), l.topic("telemetry")}
}

func (l *lab) config() string {
	inputs := fmt.Sprintf("  - {topic: %q, kind: any, format: json}\n", l.topic("all"))
	if !l.fused {
		inputs = ""
		for i, kind := range []string{"result", "qc", "log", "telemetry"} {
			inputs += fmt.Sprintf("  - {topic: %q, kind: %s, format: json}\n", l.inputs()[i], kind)
		}
	}
	return fmt.Sprintf(`
fused: %v
inputs:
%s
standardize: {key_file: %q}
alerts: {limit: {profile: original}, silent: {enabled: false}}
kafka:
  brokers: [%q]
  group: %q
  instance: one
  partitions: 2
  session_timeout: 6s%s
  topics: {log: %q, records: %q, alerts: %q, rejects: %q, snapshots: %q}
  redo: {records: 2000, age: 2s}
state: {dir: %q, encryption_key_file: %q}
http: {listen: %q}
log: {format: json}
`, l.fused, inputs, l.path("keys"), l.bootstrap, l.prefix+"group", l.security, l.topic("log"), l.topic("records"), l.topic("alerts"),
		l.topic("rejects"), l.topic("snapshots"), l.path("state"), l.stateKeys, l.http)
}

func (l *lab) createTopics(partitions int32, topics ...string) {
	l.t.Helper()
	created, err := kadm.NewClient(l.client).CreateTopics(context.Background(), partitions, 1, nil, topics...)
	if err == nil {
		err = created.Error()
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	at, err := rig.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// process is labwatch as a process of its own.
type process struct {
	name string
	cmd  *exec.Cmd
	out  syncBuffer // standard output
	log  syncBuffer // standard error
	done chan struct{}
	err  error
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// start runs labwatch with args. It is stopped when the test ends, and its log shown if the test failed.
func (l *lab) start(name string, args ...string) *process {
	l.t.Helper()
	p := &process{name: name, cmd: exec.Command(os.Args[0], args...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asLabwatch+"=1")
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.log
	if err := p.cmd.Start(); err != nil {
		l.t.Fatalf("start %s: %v", name, err)
	}
	l.started = append(l.started, p)
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	l.t.Cleanup(func() {
		_ = p.stop()
		if l.t.Failed() {
			l.t.Logf("--- log of %s:\n%s", name, p.log.String())
		}
	})
	return p
}

func (l *lab) run() *process {
	l.t.Helper()
	p := l.start("run", "run", "--config", l.path("config.yaml"))
	l.waitReady(p)
	return p
}

// firstLine is what the process prints first.
func (p *process) firstLine(t *testing.T) string {
	t.Helper()
	p.waitFor(t, "\n")
	line, _, _ := strings.Cut(p.out.String(), "\n")
	return line
}

// waitFor waits until the process has printed a text.
func (p *process) waitFor(t *testing.T, text string) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for !strings.Contains(p.out.String(), text) {
		select {
		case <-p.done:
			if !strings.Contains(p.out.String(), text) {
				t.Fatalf("%s ended without %q: %v\n%s%s", p.name, text, p.err, p.out.String(), p.log.String())
			}
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has not said %q\n%s%s", p.name, text, p.out.String(), p.log.String())
		}
	}
}

// stop ends the process in order.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return p.err
	case <-time.After(40 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
		return errors.New("had to be killed")
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// waitReady waits until /readyz says so.
func (l *lab) waitReady(p *process) {
	l.t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for {
		resp, err := http.Get("http://" + l.http + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-p.done:
			l.t.Fatalf("%s ended: %v\n%s", p.name, p.err, p.log.String())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("%s is not ready\n%s", p.name, p.log.String())
		}
	}
}

// committed reads everything that a topic holds for a reader of committed data, by partition.
func (l *lab) committed(topic string) map[int32][]*kgo.Record {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	admin := kadm.NewClient(l.client)
	ends, err := admin.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	from := map[int32]kgo.Offset{}
	left := map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		from[o.Partition] = kgo.NewOffset().AtStart()
		if o.Offset > 0 {
			left[o.Partition] = o.Offset
		}
	})
	r, err := kgo.NewClient(kgo.SeedBrokers(l.broker), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.FetchMaxWait(100*time.Millisecond), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	if err != nil {
		l.t.Fatal(err)
	}
	defer r.Close()
	all := map[int32][]*kgo.Record{}
	for len(left) > 0 {
		fetches := r.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			l.t.Fatalf("read %s: %v", topic, err)
		}
		fetches.EachRecord(func(rec *kgo.Record) {
			if rec.Offset+1 >= left[rec.Partition] {
				delete(left, rec.Partition)
			}
			if !rec.Attrs.IsControl() {
				all[rec.Partition] = append(all[rec.Partition], rec)
			}
		})
	}
	return all
}

func count(m map[int32][]*kgo.Record) (n int) {
	for _, rs := range m {
		n += len(rs)
	}
	return n
}

// waitJudged waits until n readings have become judged records, rejects or duplicates.
func (l *lab) waitRecords(n int) {
	l.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for {
		got := count(l.committed(l.topic("records"))) + count(l.committed(l.topic("rejects")))
		if got >= n {
			return
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("%d of %d records came out", got, n)
		}
		time.Sleep(200 * time.Millisecond)
	}
}
