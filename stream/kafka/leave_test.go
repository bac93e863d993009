package kafka

import (
	"slices"
	"testing"
)

// members is the names of the judge's group.
func (b *bench) members() (names []string) {
	b.t.Helper()
	groups, err := newAdmin(b).DescribeGroups(b.t.Context(), b.env.Group+"-judge")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, m := range groups[b.env.Group+"-judge"].Members {
		if m.InstanceID != nil {
			names = append(names, *m.InstanceID)
		}
	}
	slices.Sort(names)
	return names
}

// TestStopKeepsOrLeaves: a stopped instance keeps its place in the group for a restart, unless it is to leave on a stop.
func TestStopKeepsOrLeaves(t *testing.T) {
	for _, leave := range []bool{false, true} {
		b := newBenchOf(t, 2)
		b.env.LeaveOnStop = leave
		first, second := b.join("a"), b.join("b")
		b.await("the two share", func() bool { return len(first.owns()) == 1 && len(second.owns()) == 1 })
		b.writeTo(0, 5)
		b.writeTo(1, 5)
		b.await("all is judged", b.settled)
		second.stop()
		if err := <-second.done; err != nil {
			t.Fatal(err)
		}
		want := []string{"a-judge", "b-judge"}
		if leave {
			want = want[:1]
		}
		if got := b.members(); !slices.Equal(got, want) {
			t.Errorf("leave on stop %v: the members are %q, want %q", leave, got, want)
		}
		if leave {
			b.await("the other owns both", func() bool { return len(first.owns()) == 2 })
			b.writeTo(0, 5)
			b.writeTo(1, 5)
			b.await("all is judged again", b.settled)
			if ids := b.published(b.written); len(ids) != b.written {
				t.Errorf("%d records are published, want %d", len(ids), b.written)
			}
		}
		first.stop()
		if err := <-first.done; err != nil {
			t.Fatal(err)
		}
	}
}
