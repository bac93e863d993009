package state

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rs/zerolog"
)

// megabytes is a blob of so many bytes that does not compress.
func megabytes(seed uint64, n int) string {
	b := make([]byte, n)
	rng := rand.NewChaCha8([32]byte{byte(seed)})
	_, _ = rng.Read(b)
	return string(b)
}

// TestBlobsOfMegabytes: with the least memory, a device that is as large as any is kept among others, through crashes, what is
// collected, a backup and what happens to the bytes of another.
func TestBlobsOfMegabytes(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	sizes := map[string]int{"a": MaxBlob, "b": 1<<20 + 1, "c": 5 << 20, "d": 100, "e": MaxBlob, "f": 3000}
	now := map[string]string{}
	for round := range 6 {
		var pairs []string
		for i, key := range []string{"a", "b", "c", "d", "e", "f"} {
			if (round+i)%3 == 0 && round > 0 {
				continue
			}
			now[key] = megabytes(uint64(10*round+i), sizes[key])
			pairs = append(pairs, key, now[key])
		}
		write(t, s, 1, "p"+string(rune('0'+round)), pairs...)
	}
	same := func(s *Store, what string) {
		t.Helper()
		var keys []string
		position, err := s.Load(1, nil, func(key string, blob []byte) error {
			keys = append(keys, key)
			if string(blob) != now[key] || get(t, s, 1, key) != now[key] {
				t.Errorf("%s: %q is another", what, key)
			}
			return nil
		})
		if err != nil || string(position) != "p5" || !slices.Equal(keys, []string{"a", "b", "c", "d", "e", "f"}) {
			t.Errorf("%s: %v at %q, %v", what, keys, position, err)
		}
	}
	same(s, "in use")
	var backup bytes.Buffer
	if err := s.Backup(&backup); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s, _ = open(t, dir)
	same(s, "opened again")
	elsewhere := t.TempDir()
	if err := Restore(small(elsewhere), zerolog.Nop(), &backup); err != nil {
		t.Fatal(err)
	}
	restored, _ := open(t, elsewhere)
	same(restored, "restored")
	flip(t, restored, blobKey(1, "e"))
	if b, err := restored.Get(1, "e"); !errors.Is(err, ErrDamaged) || b != nil {
		t.Errorf("a changed bit: %d bytes, %v", len(b), err)
	}
	expect(t, restored, 1, "absent")
}

// A write that stops between two large blobs is taken back as any other.
func TestStopBetweenMegabytes(t *testing.T) {
	s, _ := open(t, t.TempDir())
	one, two := megabytes(1, 3<<20), megabytes(2, 3<<20)
	write(t, s, 0, "p1", "a", one, "b", one)
	stopped, n := errors.New("stopped"), 0
	s.fault = func(step string) error {
		if n++; n == 2 && step == "entries" { // two of 3 MB are no batch of 4 MB
			return stopped
		}
		return nil
	}
	if err := tryWrite(s, 0, "p2", "a", two, "b", two); !errors.Is(err, stopped) {
		t.Fatalf("%v after %d steps", err, n)
	}
	s.fault = nil
	expect(t, s, 0, "p1: a="+two+" b="+one)
}

// A folder in which a device of megabytes is written for ever stays small, though it is few entries.
func TestGarbageOfMegabytesIsCollected(t *testing.T) {
	s, _ := open(t, t.TempDir())
	blob := megabytes(1, 2<<20)
	for range 300 { // 600 MB
		write(t, s, 0, "p", "a", blob, "b", "small")
	}
	if disk := s.Sizes().DiskBytes; disk > 300<<20 {
		t.Errorf("%d MiB are on the disk for 2 MiB that live, %d files were collected", disk>>20, s.metrics.collected.Get())
	}
	expect(t, s, 0, "p: a="+blob+" b=small")
}
