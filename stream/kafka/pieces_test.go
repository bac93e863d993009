package kafka

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
	"labwatch/stream"
)

// learnAll makes the bench judge by the four detectors that there are by default, and any number of series of a device.
func (b *bench) learnAll(series int) {
	b.t.Helper()
	var four []stream.Named
	for _, name := range []string{"zscore", "zmean", "ks", "psi"} {
		maker, err := detectors.Builtin()[name](func(any) error { return nil })
		if err != nil {
			b.t.Fatal(err)
		}
		four = append(four, stream.Named{Name: name, Make: maker})
	}
	c := stream.DefaultConfig()
	c.MaxSeries = max(c.MaxSeries, series)
	plan := stream.Plan{Series: map[record.Kind][]stream.Named{record.Result: four, record.Control: four, record.Telemetry: four}}
	b.judging = stream.NewJudging(c, plan, detectors.DefaultBaseline(), alerts.Default(), b.judging.Zone, stream.NewMetrics())
}

// telemetry appends n readings of as many channels to the log, in numbers of no resolution.
func (b *bench) telemetry(device string, channels, n int) {
	b.t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(b.written)))
	for range n {
		b.written++
		r := record.Record{Kind: record.Telemetry, Device: device, ID: fmt.Sprint("t", b.written), Time: int64(b.written) * 60e9, Arrived: int64(b.written) * 60e9}
		for c := range channels {
			r.Channels = append(r.Channels, record.Channel{Name: fmt.Sprint("channel-", c), Value: 100 + rng.NormFloat64()})
		}
		b.plain.Produce(b.t.Context(), &kgo.Record{Topic: b.env.Topics.Log, Key: []byte(device), Value: record.AppendBinary(nil, &r)}, nil)
	}
	if err := b.plain.Flush(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// TestDeviceLargerThanAMessage: an analyser with many tests and controls has learned more than a message of Kafka may hold.
// It is judged on, is written whole, comes back bit for bit from the disk and from Kafka, and leaves memory like any other.
func TestDeviceLargerThanAMessage(t *testing.T) {
	for _, channels := range []int{200, 600} {
		t.Run(fmt.Sprint(channels), func(t *testing.T) {
			b := newBench(t)
			b.learnAll(channels)
			b.env.CommitInterval *= 10 // each writes all of it
			disk := new(fakeStore)
			b.telemetry("large", channels, 1100)
			b.write("small", 30)
			b.judged(disk)
			b.env.Memory = 1
			b.telemetry("large", channels, 1)
			w, err := b.judge(disk)
			if err != nil {
				t.Fatal(err)
			}
			want := b.straight()
			if n := len(want["d/large"]); n < 5*pieceBytes/4 {
				t.Fatalf("what it has learned takes %d bytes: too few to show anything", n)
			}
			if !maps.Equal(states(w), want) {
				t.Error("after a restart it knows something else than one that was never stopped")
			}
			if use := w.Use(); use.Devices != 2 || use.Held > 0 {
				t.Errorf("%d of %d devices are in memory", use.Held, use.Devices)
			}
			within := &fakeStore{position: encodePosition(b.pieceAt(1)), entries: maps.Clone(disk.entries)}
			if _, err := b.newJudge(within).recoverForTest(t.Context()); !errors.Is(err, errPieces) || isFatal(err) || within.entries != nil {
				t.Errorf("a disk whose position lies within a snapshot: %v", err)
			}
			for name, store := range map[string]Store{"disk": disk, "kafka": nil, "empty disk": new(fakeStore), "dropped disk": within} {
				t.Log(name)
				if !maps.Equal(b.recovered(store), want) {
					t.Error("recovered another state")
				}
			}
		})
	}
}

// pieceAt is the offset of the n-th piece of the newest snapshot of the bench's large device.
func (b *bench) pieceAt(n int) (at int64) {
	b.t.Helper()
	_, end := b.snapshotSpan()
	err := b.newJudge(nil).read(b.t.Context(), place{b.env.Topics.Snapshots, 0}, 0, end-1, func(r *kgo.Record) error {
		if string(r.Key) == fmt.Sprintf("p/%d/d/large", n) {
			at = r.Offset
		}
		return nil
	})
	if err != nil || at == 0 {
		b.t.Fatalf("no piece %d is in the topic: %v", n, err)
	}
	return at
}

// TestPieces: whatever compaction leaves of former snapshots, the newest one of each key is read, and no other.
func TestPieces(t *testing.T) {
	blob := func(fill byte, n int) []byte { return append([]byte{4}, bytes.Repeat([]byte{fill}, n-1)...) }
	var topic []*kgo.Record
	newest := map[string]int{} // offset of each key
	add := func(key string, blob []byte) {
		for _, s := range pieces(key, blob) {
			r := &kgo.Record{Key: []byte(s.key), Value: s.value, Offset: int64(len(topic))}
			newest[s.key] = len(topic)
			topic = append(topic, r)
			if len(s.value)+len(s.key) > 990_000 {
				t.Fatalf("a record has %d bytes", len(s.value))
			}
		}
	}
	add("d/a", blob(1, 3*pieceBytes))
	add("d/b", blob(2, pieceBytes))
	add("d/gone", blob(3, 2*pieceBytes+1))
	add("d/a", blob(4, pieceBytes+1))
	add("d/gone", nil)
	add("d/shrunk", blob(5, 2*pieceBytes))
	add("d/shrunk", blob(6, 10))
	add("d/p/0/d/a", blob(7, pieceBytes*2))
	add("c/a", blob(8, 20))
	want := map[string][]byte{"d/a": blob(4, pieceBytes+1), "d/b": blob(2, pieceBytes), "d/gone": nil, "d/shrunk": blob(6, 10),
		"d/p/0/d/a": blob(7, pieceBytes*2), "c/a": blob(8, 20)}
	for _, compacted := range []int{0, 1, 2, 3, 4, 5, 6, 7, 10, len(topic)} { // up to where Kafka has cleaned
		var join joiner
		got := map[string][]byte{}
		for i, r := range topic {
			if i < compacted && newest[string(r.Key)] != i {
				continue
			}
			s, first, whole, err := join.take(r)
			if err != nil {
				t.Fatalf("cleaned up to %d, offset %d: %v", compacted, i, err)
			}
			if whole {
				got[s.key] = s.value
				if n := max(1, (len(s.value)+pieceBytes-1)/pieceBytes); len(s.value) > pieceBytes && first != int64(i-n) || len(s.value) <= pieceBytes && first != int64(i) {
					t.Errorf("%s at offset %d begins at %d", s.key, i, first)
				}
			}
		}
		if err := join.lacking(); err != nil || !maps.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("cleaned up to %d: %v, %v", compacted, slices.Sorted(maps.Keys(got)), err)
		}
	}
}

// TestPiecesLack: a piece that is gone, without a newer snapshot behind it, is told.
func TestPiecesLack(t *testing.T) {
	all := pieces("d/a", bytes.Repeat([]byte{4}, 3*pieceBytes))
	for gone := range len(all) - 1 {
		var join joiner
		for i, s := range all {
			if i == gone {
				continue
			}
			if _, _, whole, err := join.take(&kgo.Record{Key: []byte(s.key), Value: s.value}); whole || err != nil {
				t.Errorf("without piece %d: whole at record %d, %v", gone, i, err)
			}
		}
		if err := join.lacking(); !errors.Is(err, errPieces) {
			t.Errorf("without piece %d: %v", gone, err)
		}
	}
}

// TestPiecesAreDeleted: where Kafka deletes from the snapshot topic, which is told, it may leave a part of a snapshot behind.
// That costs a device and not the judge. Without a deletion it is damage.
func TestPiecesAreDeleted(t *testing.T) {
	for _, deleted := range []bool{true, false} {
		b := newBench(t)
		b.env.Embedded = false
		log := new(lockedText)
		b.env.Log = zerolog.New(log)
		all := pieces("d/a", bytes.Repeat([]byte{4}, 2*pieceBytes))
		if !deleted {
			all = all[1:]
		}
		for _, s := range all {
			r := &kgo.Record{Topic: b.env.Topics.Snapshots, Key: []byte(s.key), Value: s.value}
			if err := b.plain.ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		if deleted {
			b.deleteIn(b.env.Topics.Snapshots, 1)
		}
		_, err := b.newJudge(nil).recoverForTest(t.Context())
		if deleted && (err != nil || !strings.Contains(log.String(), "a part of a snapshot was deleted")) {
			t.Errorf("deleted: %v; the log is %s", err, log)
		}
		if !deleted && (!isFatal(err) || !errors.Is(err, errPieces)) {
			t.Errorf("damaged: %v", err)
		}
	}
}
