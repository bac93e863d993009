package kafka

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// TestSinkBeginsWithWhatIsNew: what was said before a sink was there is not taken for told, in no later life of it either;
// what it was told is.
func TestSinkBeginsWithWhatIsNew(t *testing.T) {
	b := newBench(t)
	say := func(what string) {
		t.Helper()
		r := &kgo.Record{Topic: b.env.Topics.Alerts, Value: []byte(what)}
		if err := b.plain.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	d, err := NewDelivery(t.Context(), b.env, b.plain)
	if err != nil {
		t.Fatal(err)
	}
	say("old")
	var want []string
	for life := range 3 {
		if err := d.Begin(t.Context(), "sink"); err != nil {
			t.Fatal(err)
		}
		what := fmt.Sprint("new ", life)
		say(what)
		var past, taken []string
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		d.Read(ctx, "sink", Subscriber{
			Past: func(m stream.Message) { past = append(past, string(m.Value)) },
			Take: func(_ context.Context, m stream.Message) error { taken = append(taken, string(m.Value)); return nil },
			Lost: func(int32) {},
			Idle: func(context.Context) {
				if len(taken) > 0 {
					cancel()
				}
			},
		})
		cancel()
		if !slices.Equal(past, want) || !slices.Equal(taken, []string{what}) {
			t.Errorf("life %d: %q were told before, %q are new; want %q and %q", life, past, taken, want, what)
		}
		want = append(want, what)
	}
}

func TestBeginningOfOthers(t *testing.T) {
	known := beginning(4711).String()
	for _, metadata := range []string{"", "kgo-0a1b", "labwatch/1 from=-5", "labwatch/1 redo=5 rules=a"} {
		if got := parseBeginning(&metadata); got != 0 {
			t.Errorf("%q is read as %d", metadata, got)
		}
	}
	if parseBeginning(nil) != 0 || parseBeginning(&known) != 4711 {
		t.Errorf("%q is not read as it was written", known)
	}
}
