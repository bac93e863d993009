package main

import (
	"context"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// proxied is a broker, the proxies before it, and a client that was told of these only.
func proxied(t *testing.T, nodes int, opts ...kgo.Opt) (*kfake.Cluster, *network, *kgo.Client) {
	t.Helper()
	broker, err := kfake.NewCluster(kfake.NumBrokers(nodes), kfake.SeedTopics(1, "t"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	n, err := startNetwork(broker.ListenAddrs())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.close)
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(n.addresses()...), kgo.DefaultProduceTopic("t"), kgo.TransactionalID("x"),
		kgo.RetryTimeout(30*time.Second), kgo.AlwaysRetryEOF())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return broker, n, client
}

// TestProxyIsNotGoneAround looks where the client connects to: metadata and coordinators must name the proxy.
func TestProxyIsNotGoneAround(t *testing.T) {
	_, n, client := proxied(t, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := client.ProduceSync(ctx, kgo.StringRecord("one")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if err := client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	metadata, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, client)
	if err != nil {
		t.Fatal(err)
	}
	find := kmsg.NewPtrFindCoordinatorRequest()
	find.CoordinatorKeys, find.CoordinatorKey = []string{"g"}, "g"
	coordinator, err := find.RequestWith(ctx, client)
	if err != nil {
		t.Fatal(err)
	}
	if len(metadata.Brokers) != 1 || len(coordinator.Coordinators) != 1 {
		t.Fatalf("%d brokers, %d coordinators", len(metadata.Brokers), len(coordinator.Coordinators))
	}
	for what, to := range map[string]string{
		"broker":      net.JoinHostPort(metadata.Brokers[0].Host, strconv.Itoa(int(metadata.Brokers[0].Port))),
		"coordinator": net.JoinHostPort(coordinator.Coordinators[0].Host, strconv.Itoa(int(coordinator.Coordinators[0].Port))),
	} {
		if to != n.addresses()[0] {
			t.Errorf("the client was sent to the %s at %s, the proxy is %s", what, to, n.addresses()[0])
		}
	}
}

// dialled notes where a client connects to.
type dialled struct {
	mu    sync.Mutex
	hosts map[string]bool
}

func (d *dialled) dial(ctx context.Context, network, host string) (net.Conn, error) {
	d.mu.Lock()
	d.hosts[host] = true
	d.mu.Unlock()
	return new(net.Dialer).DialContext(ctx, network, host)
}

// TestNoNodeIsReachedAround moves a partition from node to node under a producer and a reader: the answers that name its new
// leader must name the proxy before it.
func TestNoNodeIsReachedAround(t *testing.T) {
	d := &dialled{hosts: map[string]bool{}}
	broker, n, client := proxied(t, 3, kgo.Dialer(d.dial), kgo.ConsumeTopics("t"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for round := range 6 {
		if err := broker.MoveTopicPartition("t", 0, int32(round%3)); err != nil {
			t.Fatal(err)
		}
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := client.ProduceSync(ctx, kgo.StringRecord("one")).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := client.EndTransaction(ctx, kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
		for read := 0; read < 1; {
			fetches := client.PollFetches(ctx)
			if ctx.Err() != nil {
				t.Fatal("the reader has lost its partition")
			}
			read += fetches.NumRecords()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for host := range d.hosts {
		if !slices.Contains(n.addresses(), host) {
			t.Errorf("the client connected to %s; the proxies are %v", host, n.addresses())
		}
	}
	if len(d.hosts) != 3 {
		t.Errorf("the client connected to %d nodes, not 3", len(d.hosts))
	}
}

// TestProxyFaults cuts, holds and delays, and sees that a request goes through afterwards and not before.
func TestProxyFaults(t *testing.T) {
	_, p, client := proxied(t, 1)
	ping := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return client.Ping(ctx)
	}
	if err := ping(20 * time.Second); err != nil {
		t.Fatal(err)
	}
	p.setCut(true)
	if ping(300*time.Millisecond) == nil {
		t.Error("a cut connection carried a request")
	}
	p.setCut(false)
	if err := ping(20 * time.Second); err != nil {
		t.Error("after the cut:", err)
	}
	release := p.hold()
	if ping(300*time.Millisecond) == nil {
		t.Error("a held connection carried a request")
	}
	release()
	if err := ping(20 * time.Second); err != nil {
		t.Error("after the hold:", err)
	}
	p.setLate(200 * time.Millisecond)
	began := time.Now()
	if err := ping(20 * time.Second); err != nil {
		t.Error("late:", err)
	}
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("request and response, each 200 ms late, took %v", took)
	}
}
