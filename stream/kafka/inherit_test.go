package kafka

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestInherit ends what instances left open that are members of the group no more, long before it times out, and leaves
// alone what is of members, of other stages and of others.
func TestInherit(t *testing.T) {
	for _, embedded := range []bool{false, true} {
		b := newBenchOf(t, 2) // one for each member
		b.env.Embedded = embedded
		dead, others := []string{"labwatch-judge-gone", "labwatch-judge-so-gone"}, []string{"labwatch-judge-two", "labwatch-sequence-gone", "someone"}
		if embedded {
			dead = []string{"labwatch-judge-gone-17", "labwatch-judge-so-gone-1795401234567890123"}
			others = []string{"labwatch-judge-gone", "labwatch-judge-two-17", "labwatch-sequence-gone-17", "someone"}
		}
		two := *b.env
		two.Instance = "two"
		runUntilJoined(t, &two)
		for _, id := range append(slices.Clone(dead), others...) {
			client, err := kgo.NewClient(append(clientOptions(b.env), kgo.TransactionalID(id), kgo.TransactionTimeout(5*time.Minute))...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.Close)
			if err := client.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: b.env.Topics.Snapshots}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		runUntilJoined(t, b.env)
		var got []string
		for began := time.Now(); !slices.Equal(got, others) && time.Since(began) < time.Minute; time.Sleep(10 * time.Millisecond) {
			open, err := newAdmin(b).ListTransactions(t.Context(), nil, []string{"Ongoing"})
			if err != nil {
				t.Fatal(err)
			}
			got = open.TransactionalIDs()
		}
		if !slices.Equal(got, others) {
			t.Errorf("embedded %v: %q are open, %q expected", embedded, got, others)
		}
	}
}

// TestAliveNeedsThisInstance: a description of the group without the instance that asks would make everybody dead.
func TestAliveNeedsThisInstance(t *testing.T) {
	b := newBenchOf(t, 2)
	two := *b.env
	two.Instance = "two"
	runUntilJoined(t, &two)
	admin := newAdmin(b)
	if alive, err := (&session{env: b.env, name: "judge"}).alive(t.Context(), admin); err == nil {
		t.Errorf("one is no member, and alive are %v", alive)
	}
	if alive, err := (&session{env: &two, name: "judge"}).alive(t.Context(), admin); err != nil || !alive["two"] || len(alive) != 1 {
		t.Errorf("alive are %v, %v", alive, err)
	}
}

// TestGroupsAreToldApart: no two groups that a config may name have a transactional id that either takes for its own.
func TestGroupsAreToldApart(t *testing.T) {
	accepted := 0
	groups := []string{"lab", "lab-judge", "lab-judge-test", "lab-sequence", "lab-sequence-2", "lab-j", "lab-judges", "lab-", "la", "lab-prejudge", "labwatch"}
	for _, group := range groups {
		c := DefaultConfig()
		c.Group = group
		if len(c.Validate()) > 0 {
			continue
		}
		accepted++
		for _, other := range groups {
			if o := DefaultConfig(); other == group {
				continue
			} else if o.Group = other; len(o.Validate()) > 0 {
				continue
			}
			for _, stage := range []string{"sequence", "judge"} {
				for _, instance := range []string{"one", "judge-one", "judge", "x-judge-one"} {
					theirs := Environment{Config: Config{Group: other, Instance: instance}}
					id := transactionalID(&theirs, stage, time.Time{})
					for _, ours := range []string{"sequence", "judge"} {
						if owner, ok := (&session{env: &Environment{Config: c}, name: ours}).owner(id); ok {
							t.Errorf("the group %q takes %q for one of its own, of %q", group, id, owner)
						}
					}
				}
			}
		}
	}
	if accepted != 7 {
		t.Errorf("%d of %d groups are accepted, want 7", accepted, len(groups))
	}
}

// runUntilJoined runs a session that has nothing to do until the test ends, and returns when it has partitions or could have.
func runUntilJoined(t *testing.T, env *Environment) {
	t.Helper()
	stats := newSessionStats("judge")
	s := &session{env: env, name: "judge", topics: []string{env.Topics.Log}, stage: nothing{}, stats: &stats, owned: map[place]int64{}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, errStopped) {
			t.Errorf("the session ended with %v", err)
		}
	})
	for began := time.Now(); !stats.joined.Load(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("the session has not joined its group")
		}
	}
}
