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
	look := func(s string) error { state = s; return w.idle(t.Context()) }
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
			if err := w.idle(context.Background()); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
	})
}
