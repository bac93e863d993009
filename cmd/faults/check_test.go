package main

import (
	"hash/maphash"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/record"
)

// TestBalance follows four raw messages into the log and the rejects.
func TestBalance(t *testing.T) {
	h := hasher{maphash.MakeSeed()}
	raw := place{"raw", 2}
	entry := func(offset int64, text string) *kgo.Record {
		e := record.Record{Kind: record.Result, ID: text, Origin: record.Origin{Topic: raw.topic, Partition: raw.partition, Offset: offset}}
		return &kgo.Record{Topic: "log", Key: []byte("d"), Value: record.AppendBinary(nil, &e)}
	}
	set := func(text string) *kgo.Record {
		return &kgo.Record{Topic: "rejects", Value: []byte(text), Headers: []kgo.RecordHeader{
			{Key: "__connect.errors.topic", Value: []byte("raw")}, {Key: "__connect.errors.partition", Value: []byte("2")},
			{Key: "__connect.errors.offset", Value: []byte("3")}}}
	}
	for _, c := range []struct {
		name                              string
		log                               []*kgo.Record
		rejects                           []*kgo.Record
		lost, doubled, foreign, disorders int
	}{
		{"all there", []*kgo.Record{entry(0, "a"), entry(1, "b"), entry(2, "c")}, []*kgo.Record{set("sealed")}, 0, 0, 0, 0},
		{"one lost", []*kgo.Record{entry(0, "a"), entry(2, "c")}, []*kgo.Record{set("sealed")}, 1, 0, 0, 0},
		{"reject lost", []*kgo.Record{entry(0, "a"), entry(1, "b"), entry(2, "c")}, nil, 1, 0, 0, 0},
		{"one twice", []*kgo.Record{entry(0, "a"), entry(1, "b"), entry(1, "b"), entry(2, "c")}, []*kgo.Record{set("sealed")}, 0, 1, 0, 0},
		{"one changed", []*kgo.Record{entry(0, "a"), entry(1, "x"), entry(2, "c")}, []*kgo.Record{set("sealed")}, 0, 0, 1, 0},
		{"reject changed", []*kgo.Record{entry(0, "a"), entry(1, "b"), entry(2, "c")}, []*kgo.Record{set("open")}, 0, 0, 1, 0},
		{"from nowhere", []*kgo.Record{entry(0, "a"), entry(1, "b"), entry(2, "c"), entry(9, "j")}, []*kgo.Record{set("sealed")}, 0, 0, 1, 0},
		{"order changed", []*kgo.Record{entry(1, "b"), entry(0, "a"), entry(2, "c")}, []*kgo.Record{set("sealed")}, 0, 0, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBalance(h)
			want := &rawPartition{outputs: []int8{1, 1, 1, 1}, sums: make([]uint64, 4), last: map[int32]origin{}}
			for i, r := range []*kgo.Record{entry(0, "a"), entry(1, "b"), entry(2, "c"), set("sealed")} {
				want.sums[i] = h.of(r.Key, r.Value)
			}
			b.raw[raw] = want
			for _, r := range c.log {
				if err := b.entry(r); err != nil {
					t.Fatal(err)
				}
			}
			for _, r := range c.rejects {
				if err := b.reject(r); err != nil {
					t.Fatal(err)
				}
			}
			if d := b.result(); d.lost != c.lost || d.doubled != c.doubled || d.foreign != c.foreign || d.disordered != c.disorders {
				t.Errorf("lost=%d doubled=%d foreign=%d disordered=%d", d.lost, d.doubled, d.foreign, d.disordered)
			}
		})
	}
}

func TestRedoPoint(t *testing.T) {
	for note, want := range map[string]int64{"labwatch/1 redo=4711": 4711, "labwatch/1 redo=0 rules=12": 0, "": -1, "consumer-7": -1, "redo=x": -1} {
		got, err := redoPoint(kadm.Offset{Metadata: note})
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, %d expected", note, got, want)
		}
	}
}

// TestCause gives a gap to the fault that began last before it.
func TestCause(t *testing.T) {
	at := func(s float64) time.Time { return time.Unix(1000, 0).Add(time.Duration(s * float64(time.Second))) }
	faults := []injected{{fault: fault{kind: kill}, at: at(10)}, {fault: fault{kind: term}, at: at(20)}}
	for _, c := range []struct {
		from float64
		want kind
	}{{5, ""}, {9.8, kill}, {10.1, kill}, {19, kill}, {19.9, term}, {30, term}} {
		got := kind("")
		if f := cause(faults, gap{from: at(c.from), to: at(c.from + 1)}); f != nil {
			got = f.kind
		}
		if got != c.want {
			t.Errorf("gap from %v: %q, %q expected", c.from, got, c.want)
		}
	}
}

// TestDamage changes files, and the same way from the same seed.
func TestDamage(t *testing.T) {
	damage := func(seed uint64) (all string) {
		dir := t.TempDir()
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			if err := os.WriteFile(filepath.Join(dir, name), make([]byte, 5000), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		n, err := damageFolder(dir, newRand(seed))
		if err != nil || n == 0 {
			t.Fatalf("%d files touched, %v", n, err)
		}
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all += string(b)
		}
		return all
	}
	one := damage(1)
	if one == string(make([]byte, 6*5000)) {
		t.Error("nothing was changed")
	}
	if damage(1) != one || damage(2) == one {
		t.Error("damage does not follow the seed")
	}
}
