package kafka

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A scan ends also when the last message before its end is never shown, because its transaction was not committed: what
// is written behind it tells that the end was passed.
func TestScanPassesAnAbortedEnd(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	begin := func(name string, values ...string) *kgo.Client {
		c, err := kgo.NewClient(kgo.SeedBrokers(b.env.Brokers...), kgo.TransactionalID(name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		if err := c.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if err := c.ProduceSync(ctx, &kgo.Record{Topic: b.env.Topics.Alerts, Value: []byte(v)}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	end := func(c *kgo.Client, how kgo.TransactionEndTry) {
		if err := c.EndTransaction(ctx, how); err != nil {
			t.Error(err)
		}
	}
	end(begin("first", "a"), kgo.TryCommit)
	aborted := begin("aborted", "b")
	open := begin("open", "c")
	end(aborted, kgo.TryAbort) // the last before what is open is "b", which nobody sees
	later := time.AfterFunc(300*time.Millisecond, func() { end(open, kgo.TryCommit) })
	defer later.Stop()
	var seen []string
	if err := Scan(ctx, b.env, b.plain, b.env.Topics.Alerts, time.Time{}, func(f Found) error {
		seen = append(seen, string(f.Value))
		return nil
	}); err != nil || len(seen) != 1 || seen[0] != "a" {
		t.Errorf("seen %q, %v", seen, err)
	}
}

func TestScanOfNoTopic(t *testing.T) {
	b := newBench(t)
	err := Scan(t.Context(), b.env, b.plain, "nowhere", time.Time{}, func(Found) error { return nil })
	if err == nil || !strings.HasPrefix(err.Error(), "there is no topic nowhere: ") {
		t.Errorf("got %v", err)
	}
}
