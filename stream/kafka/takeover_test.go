package kafka

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// nothing is a stage that has nothing to do.
type nothing struct{}

var _ stage = nothing{}

func (nothing) open(context.Context, place) (int64, error)        { return 0, nil }
func (nothing) drop(place)                                        {}
func (nothing) work(place, kgo.FetchTopicPartition, sender) error { return nil }
func (nothing) seal(time.Time, bool, sender) map[place]mark       { return nil }
func (nothing) settle(time.Time)                                  {}

func (nothing) idle(time.Time) {}
func (nothing) full() bool     { return false }
func (nothing) stateful() bool { return false }

// TestTakeOver ends what former sessions of the same instance and stage left open, and nothing else.
func TestTakeOver(t *testing.T) {
	for _, embedded := range []bool{false, true} {
		b := newBench(t)
		b.env.Embedded = embedded
		former, others := []string{"labwatch-judge-one"}, []string{"labwatch-sequence-one-17", "labwatch-judge-one-2-17", "labwatch-judge-oneself-17", "labwatch-judge-one-old"}
		if embedded {
			former = []string{"labwatch-judge-one-17", "labwatch-judge-one-1795401234567890123"}
		}
		for _, id := range append(slices.Clone(former), others...) {
			client, err := kgo.NewClient(append(clientOptions(b.env), kgo.TransactionalID(id))...)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if err := client.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: b.env.Topics.Snapshots}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		stats := newSessionStats("judge")
		s := &session{env: b.env, name: "judge", topics: []string{"nothing"}, stage: nothing{}, stats: &stats, owned: map[place]int64{}}
		var err error
		if s.gts, err = kgo.NewGroupTransactSession(s.options(t.Context())...); err != nil {
			t.Fatal(err)
		}
		defer s.gts.CloseAllowingRebalance()
		if err := s.takeOver(t.Context()); err != nil {
			t.Fatal(err)
		}
		open, err := newAdmin(b).ListTransactions(t.Context(), nil, []string{"Ongoing"})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(others)
		if got := open.TransactionalIDs(); !slices.Equal(got, others) {
			t.Errorf("embedded %v: %q are open, %q expected", embedded, got, others)
		}
	}
}
