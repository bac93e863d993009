package kafka

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestWatchdog: a group that never settles is an error at the second look, one that settles in between is not.
func TestWatchdog(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	state := "Stable"
	cluster.ControlKey(int16(kmsg.DescribeGroups), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		r := req.(*kmsg.DescribeGroupsRequest)
		resp := r.ResponseKind().(*kmsg.DescribeGroupsResponse)
		g := kmsg.NewDescribeGroupsResponseGroup()
		g.Group, g.State = r.Groups[0], state
		resp.Groups = append(resp.Groups, g)
		return resp, nil, true
	})
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	w := &watchdog{admin: kadm.NewClient(client), group: "g"} // no patience: every call looks
	look := func(s string) error { state = s; return w.look(t.Context()) }
	for _, s := range []string{"Stable", "PreparingRebalance", "Stable", "CompletingRebalance"} {
		if err := look(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := look("PreparingRebalance"); err == nil {
		t.Fatal("a group that is unsettled twice was accepted")
	}
	w.fed()
	if err := look("PreparingRebalance"); err != nil {
		t.Fatalf("after something was to do: %v", err)
	}
}

// TestWatchdogIsPatient never asks before its time.
func TestWatchdogIsPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watchdog{patience: time.Minute} // no client: asking would panic
		for range 59 {
			time.Sleep(time.Second)
			if err := w.look(context.Background()); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
	})
}

// TestOrphans: a partition that no member has at two looks in a row makes a rebalance, one that finds an owner does not.
func TestOrphans(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	var owned []int32
	cluster.ControlKey(int16(kmsg.DescribeGroups), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		r := req.(*kmsg.DescribeGroupsRequest)
		resp := r.ResponseKind().(*kmsg.DescribeGroupsResponse)
		a := kmsg.NewConsumerMemberAssignment()
		a.Topics = append(a.Topics, kmsg.ConsumerMemberAssignmentTopic{Topic: "log", Partitions: owned})
		m := kmsg.NewDescribeGroupsResponseGroupMember()
		m.MemberAssignment = a.AppendTo(nil)
		g := kmsg.NewDescribeGroupsResponseGroup()
		g.Group, g.State, g.ProtocolType, g.Members = r.Groups[0], "Stable", "consumer", append(g.Members, m)
		resp.Groups = append(resp.Groups, g)
		return resp, nil, true
	})
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	asked := 0
	w := &watchdog{admin: kadm.NewClient(client), group: "g", topics: []string{"log"}, rebalance: func() { asked++ }}
	for i, c := range []struct {
		owned []int32
		want  int
	}{
		{[]int32{0, 1}, 0}, {[]int32{0}, 0}, {[]int32{0, 1}, 0}, {[]int32{1}, 0}, {[]int32{1}, 1}, {[]int32{1}, 1}, {[]int32{1}, 2}, {[]int32{0, 1}, 2},
	} {
		owned = c.owned
		w.fed() // a busy session looks too
		if err := w.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if asked != c.want {
			t.Errorf("look %d: asked for %d rebalances, want %d", i, asked, c.want)
		}
	}
}
