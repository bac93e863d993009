package kafka

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// setOffset sets the judge's offset as "kafka-consumer-groups --reset-offsets" does: with no note beside it.
func (b *bench) setOffset(to int64) { b.commit(to, "") }

// commit commits for partition 0 as nobody's member. A static member stays in its group until its session times out; whoever
// moves offsets must remove it.
func (b *bench) commit(at int64, note string) {
	b.t.Helper()
	if len(b.members()) > 0 {
		b.leave("judge")
	}
	var o kadm.Offsets
	o.Add(kadm.Offset{Topic: b.env.Topics.Log, Partition: 0, At: at, LeaderEpoch: -1, Metadata: note})
	if err := newAdmin(b).CommitAllOffsets(b.t.Context(), b.env.Group+"-judge", o); err != nil {
		b.t.Fatal(err)
	}
}

// deleteBefore deletes input as retention does.
func (b *bench) deleteBefore(offset int64) { b.deleteIn(b.env.Topics.Log, offset) }

// deleteIn deletes what stands before an offset of a topic.
func (b *bench) deleteIn(topic string, offset int64) {
	b.t.Helper()
	var o kadm.Offsets
	o.Add(kadm.Offset{Topic: topic, At: offset})
	if deleted, err := newAdmin(b).DeleteRecords(b.t.Context(), o); err != nil || deleted.Error() != nil {
		b.t.Fatal(err, deleted.Error())
	}
}

// TestWaysOutByHand: each refusal that is about offsets names an offset, and with that one set by Kafka's own tool labwatch
// starts, says what it means, and judges what comes next.
func TestWaysOutByHand(t *testing.T) {
	for _, c := range []struct {
		name    string
		records int64 // of the redo budget; 0 makes everything due at every commit
		happens func(*bench)
		refusal string
		set     int64
		said    string
		lacks   bool // of what devices have learned
	}{
		{"offsets were set back", 10, func(b *bench) {
			b.setOffset(10)
		}, "set them to 50 or later", 50, "no device lacks anything", false},
		{"offsets have expired", 10, func(b *bench) {
			b.setOffset(0) // for all members to leave
			if _, err := newAdmin(b).DeleteGroups(b.t.Context(), b.env.Group+"-judge"); err != nil {
				b.t.Fatal(err)
			}
		}, "set them to 50 or later", 50, "no device lacks anything", false},
		{"input was deleted before it was judged", 10, func(b *bench) {
			b.write("b", 30)
			b.deleteBefore(70)
		}, "only what comes before 50 was judged: raise the topic's retention, then set the group's offset to the oldest", 70,
			"nothing of the input from covered to oldest, which was deleted, is in the state", true},
		{"input was deleted that a crash has left to be worked again", 10, func(b *bench) {
			b.write("b", 30)
			b.commit(80, note{50, "r1"}.String()) // published, and in no snapshot
			b.deleteBefore(60)
		}, "set the group's offset to 80 by hand", 80, "nothing of the input from covered to oldest, which was deleted, is in the state", true},
		{"a crash has left input to be worked again, and offsets were set back", 10, func(b *bench) {
			b.write("b", 30)
			b.deleteBefore(20)
			b.setOffset(30)
		}, "set them to 50 or later", 80, "no device lacks anything", false},
		{"likewise, and the redo point may be deleted", 1000, func(b *bench) {
			b.write("b", 30)
			b.deleteBefore(20)
			b.setOffset(30)
		}, "set them to 50 or later", 80, "some devices may not have learned from what was deleted last before oldest", false},
	} {
		for name, store := range map[string]Store{"disk": new(fakeStore), "kafka": nil} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				b := newBench(t)
				said := new(lockedText)
				b.env.Log = zerolog.New(zerolog.MultiLevelWriter(zerolog.NewTestWriter(t), said))
				b.write("b", 20)
				b.judged(store)
				b.write("a", 30)
				b.judged(store)
				b.env.Redo.Records = c.records
				c.happens(b)
				_, err := b.newJudge(store).recoverForTest(t.Context()) // a judge could stop before: all may be committed
				wantError(t, err, c.refusal)
				b.setOffset(c.set)
				published := len(b.published(50))
				b.write("a", 10)
				got := b.judged(store)
				if !strings.Contains(said.String(), c.said) {
					t.Errorf("it does not say %q", c.said)
				}
				if n := len(b.published(published + 10)); n < published+10 || c.set == 80 && n != published+10 {
					t.Errorf("%d records are published, and %d were", n, published)
				}
				if committed, redo := b.noted(); committed != int64(b.written) || redo != committed {
					t.Errorf("committed %d of %d with the redo point %d", committed, b.written, redo)
				}
				maps.DeleteFunc(got, func(key string, _ string) bool { return strings.HasPrefix(key, "c/") }) // when it was heard of
				if all := maps.Equal(got, b.undisturbed()); all == c.lacks {
					t.Errorf("devices have learned from all input: %v, want %v", all, !c.lacks)
				}
			})
		}
	}
}

// undisturbed is what devices have learned from all that was ever written, worked in one go.
func (b *bench) undisturbed() map[string]string {
	b.t.Helper()
	other := newBench(b.t)
	other.write("b", 20)
	other.write("a", 30)
	if b.written > 60 {
		other.write("b", 30)
	}
	other.write("a", 10)
	learned := other.judged(nil)
	maps.DeleteFunc(learned, func(key string, _ string) bool { return strings.HasPrefix(key, "c/") })
	return learned
}

// TestOffsetAfterMarker: an offset that was set to the end of the log may come after the end marker of a transaction, which
// is never handed out. A recovery must not wait for more.
func TestOffsetAfterMarker(t *testing.T) {
	b := newBench(t)
	b.write("a", 5)
	sequence, err := kgo.NewClient(kgo.SeedBrokers(b.env.Brokers...), kgo.TransactionalID("sequence"))
	if err != nil {
		t.Fatal(err)
	}
	defer sequence.Close()
	if err := sequence.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := sequence.ProduceSync(t.Context(), b.entry("a")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if err := sequence.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	b.setOffset(7) // five, one, and the marker
	began := time.Now()
	p, err := b.newJudge(nil).recoverForTest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); p.next != 7 || took > b.env.SessionTimeout {
		t.Errorf("goes on at %d after %v", p.next, took)
	}
}

// deleting is a disk; while it is read, retention deletes input.
type deleting struct {
	fakeStore
	deleted func()
}

func (d *deleting) Load(p int32, wanted func(string) bool, entry func(string, []byte) error) ([]byte, error) {
	d.deleted()
	return d.fakeStore.Load(p, wanted, entry)
}

// TestInputIsDeletedDuringRecovery: retention takes input that is to be worked again, after it was seen to be there. Without it
// devices would have learned less than without the restart, so it must not be passed over; who has set the offset by hand has
// decided to go on with what is left.
func TestInputIsDeletedDuringRecovery(t *testing.T) {
	for name, c := range map[string]struct {
		note    string // none: the offset is set by hand
		reading bool   // it is deleted when the input is read, not when the disk is
		want    string
		fatal   bool
	}{
		"noted, while the disk is read":   {note{0, "r1"}.String(), false, "was deleted up to offset 60, but recovery must begin at 0", true},
		"noted, while it is read":         {note{0, "r1"}.String(), true, "was deleted up to offset 60, but recovery must begin at 0", true},
		"by hand, while the disk is read": {"", false, "", false},
		"by hand, while it is read":       {"", true, "the next recovery begins there", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.write("a", 100)
			b.commit(100, c.note)
			disk := &deleting{deleted: func() { b.deleteBefore(60) }}
			if c.reading {
				disk.deleted = func() {}
				topics, err := newAdmin(b).ListTopics(t.Context(), b.env.Topics.Log)
				if err != nil {
					t.Fatal(err)
				}
				id := topics[b.env.Topics.Log].ID
				b.cluster.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
					if read := r.(*kmsg.FetchRequest).Topics; len(read) > 0 && read[0].TopicID == id && read[0].Partitions[0].FetchOffset == 0 {
						b.cluster.SleepControl(func() { b.deleteBefore(60) })
					}
					return nil, nil, false
				})
			}
			_, err := b.newJudge(disk).recoverForTest(t.Context())
			if c.want != "" {
				wantError(t, err, c.want)
			} else if err != nil {
				t.Error(err)
			}
			if isFatal(err) != c.fatal {
				t.Errorf("fatal %v: %v", isFatal(err), err)
			}
			if c.fatal {
				return
			}
			p, err := b.newJudge(disk).recoverForTest(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if r := p.kept; p.next != 100 || r.first != 60 || len(states(p.worker)) != 2 {
				t.Errorf("goes on at %d with %+v", p.next, r)
			}
		})
	}
}
