package state

import (
	"errors"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

func large(c string) string { return strings.Repeat(c, inlineBlob+1) }

func get(t *testing.T, s *Store, number int32, key string) string {
	t.Helper()
	b, err := s.Get(number, key)
	if err != nil {
		t.Fatal(err)
	}
	if b == nil {
		return "absent"
	}
	return string(b)
}

// Large blobs are handed out only when they are wanted, and one by one; small ones always.
func TestLargeBlobs(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 2, "p1", "a", large("1"), "b", "small", "c", large("3"), "d", large("4"), "e", strings.Repeat("5", inlineBlob))
	write(t, s, 2, "p2", "c", "small now", "d", "-", "b", large("2"))
	for range 2 {
		got := map[string]string{}
		position, err := s.Load(2, func(key string) bool { return key == "a" }, func(key string, blob []byte) error {
			got[key] = "unread"
			if blob != nil {
				got[key] = string(blob)
			}
			return nil
		})
		if err != nil || string(position) != "p2" {
			t.Fatalf("position %q, %v", position, err)
		}
		for key, want := range map[string]string{"a": large("1"), "b": "unread", "c": "small now", "e": strings.Repeat("5", inlineBlob), "d": ""} {
			if got[key] != want {
				t.Errorf("loaded %q as %.20q, want %.20q", key, got[key], want)
			}
		}
		for key, want := range map[string]string{"a": large("1"), "b": large("2"), "c": "small now", "d": "absent", "never": "absent"} {
			if got := get(t, s, 2, key); got != want {
				t.Errorf("got %q as %.20q, want %.20q", key, got, want)
			}
		}
		shut(t, s)
		s, _ = open(t, dir)
	}
	if n := count(t, s, blobPrefix(2)); n != 2 {
		t.Errorf("%d blobs lie apart, want those of a and b", n)
	}
	if err := s.Drop(2); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, blobPrefix(2)); n != 0 {
		t.Errorf("%d blobs are left after a drop", n)
	}
}

// A load that reads no large blob cannot see what happened to it; Get does, says so and drops the partition.
func TestDamagedLargeBlob(t *testing.T) {
	cases := map[string]func(t *testing.T, s *Store, early []byte){
		"missing":          func(t *testing.T, s *Store, _ []byte) { remove(t, s, blobKey(3, "a")) },
		"older":            func(t *testing.T, s *Store, early []byte) { put(t, s, blobKey(3, "a"), early) },
		"of another key":   func(t *testing.T, s *Store, _ []byte) { put(t, s, blobKey(3, "a"), peek(t, s, blobKey(3, "b"))) },
		"a bit is changed": func(t *testing.T, s *Store, _ []byte) { flip(t, s, blobKey(3, "a")) },
		"short":            func(t *testing.T, s *Store, _ []byte) { put(t, s, blobKey(3, "a"), []byte("x")) },
		"another of the same write": func(t *testing.T, s *Store, _ []byte) {
			b, _ := encodeApart(blobKey(3, "a"), s.partitions[3].head.generation, []byte(large("x")))
			put(t, s, blobKey(3, "a"), b)
		},
	}
	for name, damage := range cases {
		for _, by := range []string{"get", "load"} {
			t.Run(name+" by "+by, func(t *testing.T) {
				s, log := open(t, t.TempDir())
				write(t, s, 3, "p1", "a", large("1"), "b", large("1"))
				early := peek(t, s, blobKey(3, "a"))
				write(t, s, 3, "p2", "a", large("2"), "b", large("2"))
				write(t, s, 4, "q1", "a", large("1"))
				damage(t, s, early)
				if by == "get" {
					if got := get(t, s, 3, "b"); got != large("2") {
						t.Errorf("the neighbour is %.20q", got)
					}
					if b, err := s.Get(3, "a"); !errors.Is(err, ErrDamaged) || b != nil {
						t.Errorf("got %.20q, %v", b, err)
					}
				}
				expect(t, s, 3, "absent")
				if !strings.Contains(log.String(), `"partition":3`) || s.metrics.dropped.Get() != 1 {
					t.Errorf("it was not said: %q", log)
				}
				if got := get(t, s, 4, "a"); got != large("1") {
					t.Errorf("the other partition's is %.20q", got)
				}
			})
		}
	}
}

// A write that is cut short leaves newer blobs, which count: whoever reads them reads their successors from Kafka.
func TestStopBetweenLargeWrites(t *testing.T) {
	s, _ := open(t, t.TempDir())
	write(t, s, 0, "p1", "a", large("1"), "b", large("1"))
	s.chunk = 1
	stopped, n := errors.New("stopped"), 0
	s.fault = func(string) error {
		if n++; n == 2 {
			return stopped
		}
		return nil
	}
	if err := tryWrite(s, 0, "p2", "a", large("2"), "b", large("2")); !errors.Is(err, stopped) {
		t.Fatal(err)
	}
	s.fault = nil
	expect(t, s, 0, "p1: a="+large("2")+" b="+large("1"))
	write(t, s, 0, "p3", "b", large("3"))
	expect(t, s, 0, "p3: a="+large("2")+" b="+large("3"))
}

func flip(t *testing.T, s *Store, key []byte) {
	t.Helper()
	b := peek(t, s, key)
	b[len(b)-1] ^= 1
	put(t, s, key, b)
}

func count(t *testing.T, s *Store, prefix []byte) (n int) {
	t.Helper()
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		n++
	}
	return n
}
