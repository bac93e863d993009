package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/cmd/rig"
)

// The ports, on the loopback interface. That of Kafka takes three more behind it.
const (
	kafkaPort  = "23092"
	secureAt   = "127.0.0.1:23094"
	proxyPort  = "23099"
	stateBytes = 512 << 20
)

// site is a hospital in small: Kafka, a proxy before it, labwatch under a supervisor, Prometheus, a receiver of alerts,
// and instruments.
type site struct {
	root, dir    string
	program      string
	http         string // labwatch's address
	adminAddress string
	prometheus   string
	hook         *receiver
	proxy        *rig.Proxy
	client       *kgo.Client // on Kafka's open listener, past the proxy
	admin        *kadm.Client

	labwatch    *rig.Process
	watch       *rig.Process
	instruments *instruments
	supervised  atomic.Bool
	restarts    int
	kept        bool
	lastEnd     int64
}

func newSite(ctx context.Context) (s *site, err error) {
	s = &site{}
	defer func() {
		if err != nil {
			s.kept = true
			err = fmt.Errorf("%w\nthe logs are in %s", err, s.dir)
			s.close()
		}
	}()
	if s.root, err = rig.ModuleRoot(); err != nil {
		return s, err
	}
	if s.dir, err = os.MkdirTemp("", "ops-"); err != nil {
		return s, fmt.Errorf("make folder: %w", err)
	}
	s.program = s.path("labwatch")
	if err := rig.Build(ctx, s.program); err != nil {
		return s, err
	}
	for _, folder := range []string{"rules", "state"} {
		if err := os.Mkdir(s.path(folder), 0o700); err != nil {
			return s, fmt.Errorf("make folder: %w", err)
		}
	}
	if err := syscall.Mount("ops", s.path("state"), "tmpfs", 0, fmt.Sprintf("size=%d", stateBytes)); err != nil {
		return s, fmt.Errorf("mount a small disk for the state; this needs root on Linux: %w", err)
	}
	fmt.Println("starting Kafka")
	if err := s.startKafka(); err != nil {
		return s, err
	}
	if s.proxy, err = rig.StartProxy("127.0.0.1:"+proxyPort, secureAt, rig.Bytes); err != nil {
		return s, err
	}
	if err := s.prepareKafka(ctx); err != nil {
		return s, err
	}
	if s.hook, err = startReceiver(); err != nil {
		return s, err
	}
	if s.http, err = rig.FreeAddress(); err != nil {
		return s, err
	}
	if s.adminAddress, err = rig.FreeAddress(); err != nil {
		return s, err
	}
	if s.prometheus, err = rig.FreeAddress(); err != nil {
		return s, err
	}
	if err := s.writeFiles(); err != nil {
		return s, err
	}
	if err := s.startLabwatch(); err != nil {
		return s, err
	}
	s.watch, err = s.spawn("prometheus", "prometheus", "--config.file="+s.path("prometheus.yml"),
		"--storage.tsdb.path="+s.path("tsdb"), "--web.listen-address="+s.prometheus)
	if err != nil {
		return s, err
	}
	s.instruments = startInstruments(s.client)
	_, err = s.until(ctx, time.Minute, func(ctx context.Context) error { return errors.Join(s.alive(), s.flows(ctx)) })
	return s, err
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// keep leaves the folder with the logs behind and names it.
func (s *site) keep() string {
	s.kept = true
	return s.dir
}

func (s *site) close() {
	if s.instruments != nil {
		s.instruments.stop()
	}
	s.supervised.Store(false)
	for _, c := range []*rig.Process{s.labwatch, s.watch} {
		if c != nil {
			_ = c.Stop(stopPatience)
		}
	}
	if s.client != nil {
		s.client.Close()
	}
	if s.proxy != nil {
		s.proxy.Close()
	}
	if s.hook != nil {
		s.hook.stop()
	}
	if s.dir == "" {
		return
	}
	_, _ = s.kafka("stop")
	_ = syscall.Unmount(s.path("state"), syscall.MNT_DETACH)
	if !s.kept {
		_ = os.RemoveAll(s.dir)
	}
}

// tool runs a program in the repository to its end.
func (s *site) tool(name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Dir = s.root
	out, err := c.CombinedOutput()
	return string(out), err
}

// kafka runs deploy/kafka with the settings of this site.
func (s *site) kafka(what string) (string, error) {
	c := exec.Command(filepath.Join(s.root, "deploy", "kafka", "kafka"), what)
	c.Env = append(os.Environ(), "LABWATCH_KAFKA_PORT="+kafkaPort, "LABWATCH_KAFKA_DIR="+s.path("kafka"),
		"LABWATCH_KAFKA_SECURE=1", "LABWATCH_KAFKA_ADVERTISED="+proxyPort)
	// Its output goes to a file: the node would keep a pipe open.
	log, err := os.OpenFile(s.path("kafka.log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("open log of Kafka: %w", err)
	}
	defer log.Close()
	c.Stdout, c.Stderr = log, log
	return log.Name(), c.Run()
}

func (s *site) startKafka() error {
	log, err := s.kafka("start")
	if err != nil {
		return fmt.Errorf("start Kafka: %w, see %s", err, log)
	}
	return nil
}

// alive is nil when labwatch runs and says that it is ready.
func (s *site) alive() error {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{TLSClientConfig: insecure(), DisableKeepAlives: true}}
	res, err := client.Get("https://" + s.http + "/readyz")
	if err != nil {
		return fmt.Errorf("ask labwatch: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("labwatch is not ready: %s", res.Status)
	}
	return nil
}

// flows is nil when more records have come out since it was last asked.
func (s *site) flows(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ends, err := s.admin.ListCommittedOffsets(ctx, "labwatch.records")
	if err != nil {
		return fmt.Errorf("ask for records: %w", err)
	}
	sum := int64(0)
	ends.Each(func(o kadm.ListedOffset) { sum += o.Offset })
	before := s.lastEnd
	s.lastEnd = sum
	if before == 0 || sum <= before {
		return errors.New("no records come out")
	}
	return nil
}
