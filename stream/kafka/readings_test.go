package kafka

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// TestHoldsReadings tells a log that somebody has written readings into from one that holds what is there before the
// first commit. A first transaction that was aborted must not be taken for a group whose offsets were forgotten.
func TestHoldsReadings(t *testing.T) {
	b := newBench(t)
	if _, err := b.prepare(); err != nil {
		t.Fatal(err)
	}
	holds := func(want bool, after string) {
		t.Helper()
		got, err := holdsReadings(t.Context(), b.env, newAdmin(b))
		if err != nil || got != want {
			t.Errorf("after %s: %v %v, %v expected", after, got, err, want)
		}
	}
	holds(false, "nothing")
	tick := &kgo.Record{Topic: b.env.Topics.Log, Value: stream.EncodeTick(5, 1)}
	if err := b.plain.ProduceSync(t.Context(), tick).FirstErr(); err != nil {
		t.Fatal(err)
	}
	holds(false, "a tick")
	aborted, err := kgo.NewClient(append(clientOptions(b.env), kgo.TransactionalID("dead"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer aborted.Close()
	if err := aborted.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	r := &kgo.Record{Topic: b.env.Topics.Log, Value: []byte("a reading")}
	if err := aborted.ProduceSync(t.Context(), r).FirstErr(); err != nil {
		t.Fatal(err)
	}
	holds(false, "a reading in an open transaction")
	if err := aborted.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	holds(false, "its abort")
	b.write("a", 1)
	holds(true, "a reading")
}
