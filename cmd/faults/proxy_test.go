package main

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"labwatch/cmd/rig"
)

// proxied is a broker, a proxy before it, and a client that was told of the proxy only.
func proxied(t *testing.T) (*rig.Proxy, *kgo.Client) {
	t.Helper()
	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	p, err := rig.StartProxy("127.0.0.1:0", broker.ListenAddrs()[0], carryMessages)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(p.Address()), kgo.DefaultProduceTopic("t"), kgo.TransactionalID("x"),
		kgo.RetryTimeout(30*time.Second), kgo.AlwaysRetryEOF())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return p, client
}

// TestProxyIsNotGoneAround looks where the client connects to: metadata and coordinators must name the proxy.
func TestProxyIsNotGoneAround(t *testing.T) {
	p, client := proxied(t)
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
		if to != p.Address() {
			t.Errorf("the client was sent to the %s at %s, the proxy is %s", what, to, p.Address())
		}
	}
}

// TestProxyFaults cuts, holds and delays, and sees that a request goes through afterwards and not before.
func TestProxyFaults(t *testing.T) {
	p, client := proxied(t)
	ping := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return client.Ping(ctx)
	}
	if err := ping(20 * time.Second); err != nil {
		t.Fatal(err)
	}
	p.SetCut(true)
	if ping(300*time.Millisecond) == nil {
		t.Error("a cut connection carried a request")
	}
	p.SetCut(false)
	if err := ping(20 * time.Second); err != nil {
		t.Error("after the cut:", err)
	}
	release := p.Hold()
	if ping(300*time.Millisecond) == nil {
		t.Error("a held connection carried a request")
	}
	release()
	if err := ping(20 * time.Second); err != nil {
		t.Error("after the hold:", err)
	}
	p.SetLate(200 * time.Millisecond)
	began := time.Now()
	if err := ping(20 * time.Second); err != nil {
		t.Error("late:", err)
	}
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("request and response, each 200 ms late, took %v", took)
	}
}
