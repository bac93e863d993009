package kafka

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestEstimate(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	before := reach{committed: 1000, at: now.Add(-5 * time.Second)}
	for _, c := range []struct {
		name           string
		committed, end int64
		want           time.Duration // before now
	}{
		{"at the end", 2000, 2000, 0},
		{"an end marker", 2000, 2001, 0},
		{"in flight", 2000, 2040, 200 * time.Millisecond}, // 40 of 200 a second
		{"ten minutes behind", 2000, 122000, 10 * time.Minute},
		{"stalled", 1000, 5000, 5 * time.Second},
		{"set back", 500, 5000, 5 * time.Second},
	} {
		if got := now.Sub(estimate(now, 5*time.Second, before, c.committed, c.end)); got != c.want {
			t.Errorf("%s: %v before now, want %v", c.name, got, c.want)
		}
	}
}

// TestThrough asks a broker: a partition that nobody reads holds the ticks back.
func TestThrough(t *testing.T) {
	b := newBench(t)
	tr := &through{admin: newAdmin(b), group: b.env.Group + "-sequence", topics: []string{"raw"}}
	now := time.Now()
	if at, sure, err := tr.look(t.Context(), now, time.Second); err != nil || !sure || !at.Equal(now) {
		t.Fatalf("of an empty topic: %v, %v, %v", at, sure, err)
	}
	b.raw(10)
	later := now.Add(5 * time.Second)
	if at, sure, err := tr.look(t.Context(), later, 5*time.Second); err != nil || !sure || !at.Equal(now) {
		t.Errorf("of a topic that nobody reads: %v after the last look, %v, %v", at.Sub(now), sure, err)
	}
	fresh := &through{admin: newAdmin(b), group: b.env.Group + "-sequence", topics: []string{"raw"}}
	if _, sure, err := fresh.look(t.Context(), later, 5*time.Second); err != nil || sure {
		t.Errorf("a first look at a topic that is behind is sure: %v", err)
	}
}

// TestLookWithoutLeader: nobody leads a partition just now. That is no end of it at offset 0: time stands still, and so
// does the lag that is shown.
func TestLookWithoutLeader(t *testing.T) {
	b := newBench(t)
	b.write("a", 50)
	log := []string{b.env.Topics.Log}
	lag := NewLag(b.env, "judge", log, b.plain)
	if err := lag.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.cluster.ControlKey(int16(kmsg.ListOffsets), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		answer := r.ResponseKind().(*kmsg.ListOffsetsResponse)
		topic := kmsg.NewListOffsetsResponseTopic()
		topic.Topic = b.env.Topics.Log
		p := kmsg.NewListOffsetsResponseTopicPartition()
		p.Offset, p.ErrorCode = -1, kerr.LeaderNotAvailable.Code
		topic.Partitions = append(topic.Partitions, p)
		answer.Topics = append(answer.Topics, topic)
		return answer, nil, true
	})
	if err := lag.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := lag.waits[place{b.env.Topics.Log, 0}].records.Get(); n != 50 {
		t.Errorf("the lag is %v, want 50 as before", n)
	}
	tr := &through{admin: newAdmin(b), group: "nobody", topics: log}
	if at, sure, err := tr.look(t.Context(), time.Now(), time.Second); err != nil || sure {
		t.Errorf("a tick of %v is sure: %v", at, err)
	}
}
