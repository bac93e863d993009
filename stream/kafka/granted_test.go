package kafka

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestTwoJoinWhileIdle: two others join one after the other while there is nothing to judge, so that two revokes fall into
// one poll, if the machine is quick enough (TestUntoldRevoke needs no luck). The client tells of the first one only. Who
// goes on with a partition of another member writes old snapshots of its devices over newer ones, and sets its offset back.
func TestTwoJoinWhileIdle(t *testing.T) {
	b := newBenchOf(t, 6)
	b.env.Redo = RedoBudget{Records: 1 << 40, Age: 3 * time.Second}
	members := []*member{b.join("a")}
	b.await("a owns all", func() bool { return len(members[0].owns()) == 6 })
	for p := range int32(6) {
		b.writeTo(p, 5)
	}
	b.await("all is judged", b.settled)
	time.Sleep(900 * time.Millisecond) // a phase of heartbeats and polls at which both revokes fall into one poll
	members = append(members, b.join("b"))
	time.Sleep(270 * time.Millisecond)
	members = append(members, b.join("c"))
	b.await("b and c own two each", func() bool { return len(members[1].owns()) == 2 && len(members[2].owns()) == 2 })
	time.Sleep(700 * time.Millisecond) // the poll of a is over
	var all []int32
	for _, m := range members {
		all = append(all, m.owns()...)
	}
	if slices.Sort(all); !slices.Equal(all, []int32{0, 1, 2, 3, 4, 5}) {
		t.Errorf("a owns %v, b %v, c %v", members[0].owns(), members[1].owns(), members[2].owns())
	}
	committed := map[int32]int64{}
	for began := time.Now(); time.Since(began) < 4*time.Second; time.Sleep(100 * time.Millisecond) { // until what is owed is due
		b.writeTo(0, 1)
		b.writeTo(2, 1)
		offsets, err := newAdmin(b).FetchOffsets(t.Context(), b.env.Group+"-judge")
		if err != nil {
			t.Fatal(err)
		}
		for p := range int32(6) {
			if o, _ := offsets.Lookup(b.env.Topics.Log, p); o.At < committed[p] {
				t.Fatalf("partition %d was at %d and is set back to %d", p, committed[p], o.At)
			} else {
				committed[p] = o.At
			}
		}
	}
	for _, m := range members {
		m.stop()
	}
	for _, m := range members {
		if err := <-m.done; err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
	}
	ids := b.published(b.written)
	if slices.Sort(ids); len(slices.Compact(slices.Clone(ids))) != b.written || len(ids) != b.written {
		t.Errorf("%d records of %d readings are published", len(ids), b.written)
	}
}

// dropped is a stage that notes what it was told to drop.
type dropped struct {
	Sequence
	places []place
}

func (d *dropped) drop(at place) { d.places = append(d.places, at) }

func owner(st stage, places ...place) *session {
	stats := newSessionStats("test")
	s := &session{env: &Environment{Config: DefaultConfig(), Log: zerolog.Nop()}, name: "test", stage: st, stats: &stats, owned: map[place]int64{}}
	for _, at := range places {
		s.owned[at] = 5
	}
	return s
}

// TestUntoldRevoke: what the group gave to another member is dropped also when the client kept the revoke to itself, the poll
// under way ends, and the revoke is to be acknowledged.
func TestUntoldRevoke(t *testing.T) {
	ours, gone := place{"log", 0}, place{"log", 2}
	for _, c := range []struct {
		name string
		tell func(*session)
		want []place
	}{
		{"a revoke", func(s *session) {
			s.grant(map[string][]int32{"log": {0}})
			s.assigned(t.Context(), t.Context(), nil)
		}, []place{ours}},
		{"none", func(s *session) {
			s.grant(map[string][]int32{"log": {0, 2}})
			s.assigned(t.Context(), t.Context(), nil)
		}, []place{ours, gone}},
		{"a loss", func(s *session) { s.OnGroupManageError(errors.New("forgotten")) }, nil},
	} {
		st := &dropped{}
		s := owner(st, ours, gone)
		poll, cancel := context.WithCancel(t.Context())
		s.wakeBy(cancel)
		c.tell(s)
		got := slices.SortedFunc(maps.Keys(s.owned), func(a, b place) int { return int(a.partition - b.partition) })
		if !slices.Equal(got, c.want) || len(st.places) != 2-len(c.want) {
			t.Errorf("%s: owns %v, want %v; dropped %v", c.name, got, c.want, st.places)
		}
		if told := len(c.want) < 2; s.revoke != told || (poll.Err() != nil) != told {
			t.Errorf("%s: to acknowledge %v, poll ended %v, want both %v", c.name, s.revoke, poll.Err() != nil, told)
		}
		next, cancel := context.WithCancel(t.Context())
		if s.wakeBy(cancel); (next.Err() != nil) != s.revoke {
			t.Errorf("%s: the next poll has ended %v, and there is a revoke to acknowledge %v", c.name, next.Err() != nil, s.revoke)
		}
	}
}

// TestOffsetsOfOthers: no offset of a place that is not ours any more is committed, whether the stage noted it or the client
// names it.
func TestOffsetsOfOthers(t *testing.T) {
	ours, gone := place{"log", 0}, place{"log", 2}
	s := owner(&dropped{}, ours, gone)
	marks := map[place]mark{ours: {next: 9}, gone: {next: 5, moved: true}}
	if err := s.annotateOurs(marks)(kmsg.NewPtrTxnOffsetCommitRequest()); err != nil {
		t.Error(err)
	}
	s.revoked(map[string][]int32{"log": {2}})
	if err := s.annotateOurs(marks)(kmsg.NewPtrTxnOffsetCommitRequest()); !errors.Is(err, errOvertaken) {
		t.Errorf("what the stage noted: %v", err)
	}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.Topics = []kmsg.TxnOffsetCommitRequestTopic{{Topic: "log", Partitions: []kmsg.TxnOffsetCommitRequestTopicPartition{{Partition: 2}}}}
	if err := s.annotateOurs(map[place]mark{ours: {next: 9}})(req); !errors.Is(err, errOvertaken) {
		t.Errorf("what the client names: %v", err)
	}
}

// slowEnd is a client whose End takes so long that rebalances are allowed beside it; one comes at its very end.
type slowEnd struct {
	transactor
	client *kgo.Client
	takes  time.Duration
	revoke func()
}

func (e slowEnd) Client() *kgo.Client { return e.client }

func (e slowEnd) AllowRebalance() {}

func (e slowEnd) End(context.Context, kgo.TransactionEndTry) (bool, error) {
	time.Sleep(e.takes)
	e.revoke()
	return true, nil
}

// TestRevokeBesideEnd: a revoke that came while rebalances were allowed beside End may be one that the client has yet to forget,
// and it tells no other one before. So it is acknowledged.
func TestRevokeBesideEnd(t *testing.T) {
	client, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, c := range []struct {
		takes time.Duration
		want  bool
	}{{0, false}, {endPatience + 100*time.Millisecond, true}} {
		s := owner(&dropped{}, place{"log", 0})
		s.gts = slowEnd{client: client, takes: c.takes, revoke: func() { s.revoked(map[string][]int32{"log": {0}}) }}
		if err := s.commit(t.Context(), nil, new(produceFailure), false); err != nil {
			t.Fatal(err)
		}
		if s.revoke != c.want {
			t.Errorf("End took %v: to acknowledge %v, want %v", c.takes, s.revoke, c.want)
		}
	}
}

// TestRevokeBeforeTheTransaction: a revoke comes after the last look at it and before a poll that finds readings. The end of
// the transaction acknowledges it; until then the loop waits in its polls as ever.
func TestRevokeBeforeTheTransaction(t *testing.T) {
	client, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	s := owner(&workless{}, place{"log", 0}, place{"log", 2})
	s.pace = pace{interval: 200 * time.Millisecond, grown: 200 * time.Millisecond, last: time.Now()}
	s.watchdog.patience = time.Hour
	polls := &polled{client: client, first: func() { s.revoked(map[string][]int32{"log": {2}}) }}
	s.gts = polls
	if err := s.transaction(t.Context()); err != nil {
		t.Fatal(err)
	}
	if polls.n > 10 {
		t.Errorf("%d polls within one interval without input", polls.n)
	}
}

// polled is a client that has one reading, and then nothing.
type polled struct {
	transactor
	client *kgo.Client
	n      int
	first  func() // before the first poll returns
}

var _ transactor = (*polled)(nil)

func (p *polled) Client() *kgo.Client { return p.client }
func (p *polled) AllowRebalance()     {}
func (p *polled) Begin() error        { return nil }

func (p *polled) End(context.Context, kgo.TransactionEndTry) (bool, error) { return true, nil }

func (p *polled) PollFetches(ctx context.Context) kgo.Fetches {
	if p.n++; p.n == 1 {
		p.first()
		one := kgo.FetchPartition{Records: []*kgo.Record{{Topic: "log"}}}
		return kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: "log", Partitions: []kgo.FetchPartition{one}}}}}
	}
	<-ctx.Done()
	return kgo.NewErrFetch(ctx.Err())
}

// workless is a stage that takes all and does nothing.
type workless struct{ dropped }

var _ stage = (*workless)(nil)

func (*workless) work(place, kgo.FetchTopicPartition, sender) error { return nil }
