package state

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	expect(t, s, 0, "absent")
	write(t, s, 0, "p1", "b", "1", "a", "1", "c", "1")
	write(t, s, 1, "q1", "a", "other partition")
	write(t, s, 0, "p2", "a", "2", "c", "-", "d", "2", "d", "3")
	write(t, s, -1, "n1", "x", "")
	const want = "p2: a=2 b=1 d=3"
	for range 3 { // the third time from tables and logs of several runs
		expect(t, s, 0, want)
		expect(t, s, 1, "q1: a=other partition")
		expect(t, s, -1, "n1: x=")
		expect(t, s, 2, "absent")
		if n := s.Sizes().Entries; n != 5 {
			t.Errorf("%d entries, want 5", n)
		}
		shut(t, s)
		var log interface{ String() string }
		s, log = open(t, dir)
		if log.String() != "" {
			t.Errorf("a clean restart has nothing to say, said %s", log)
		}
	}
	write(t, s, 0, "p3") // a position alone
	expect(t, s, 0, "p3: a=2 b=1 d=3")
	write(t, s, 0, "p4", "c", "back", "b", "-")
	shut(t, s)
	s, _ = open(t, dir)
	expect(t, s, 0, "p4: a=2 c=back d=3")
}

func TestDrop(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 7, "p1", "a", "1", "b", "1")
	write(t, s, 8, "q1", "a", "1")
	if err := s.Drop(7); err != nil {
		t.Fatal(err)
	}
	expect(t, s, 7, "absent")
	expect(t, s, 8, "q1: a=1")
	write(t, s, 7, "p9", "c", "9")
	shut(t, s)
	s, _ = open(t, dir)
	expect(t, s, 7, "p9: c=9")
}

func TestLimits(t *testing.T) {
	s, _ := open(t, t.TempDir())
	write(t, s, 0, "p1", "a", "1")
	for _, c := range []struct{ name, position, key, blob, want string }{
		{"position", "", "a", "2", "position is empty"},
		{"blob", "p2", "a", strings.Repeat("x", MaxBlob+1), "at most 15728640 are kept"},
		{"key", "p2", strings.Repeat("k", 64001), "2", "at most 64000 are kept"},
	} {
		err := tryWrite(s, 0, c.position, c.key, c.blob)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	if err := s.Write(0, []byte("p2"), []string{"a"}, nil); err == nil {
		t.Error("a key without blob was taken")
	}
	expect(t, s, 0, "p1: a=1")
	big := strings.Repeat("x", MaxBlob)
	for i := range 20 { // more than a memtable
		write(t, s, 0, "p2", strings.Repeat("k", 64000), big, "n", string(rune('a'+i)))
	}
	if got := content(t, s, 0); !strings.HasSuffix(got, big+" n=t") {
		t.Errorf("the largest blob was not kept")
	}
}

// What was overwritten is given back: a folder in which the same blobs are written for ever stays small.
func TestGarbageIsCollected(t *testing.T) {
	s, _ := open(t, t.TempDir())
	keys, blobs := make([]string, 200), make([][]byte, 200)
	for i := range keys {
		keys[i], blobs[i] = fmt.Sprint("device-", i), bytes.Repeat([]byte{byte(i)}, 20<<10)
	}
	live := int64(200 * 20 << 10)
	for range 150 { // 600 MB
		if err := s.Write(0, []byte("p"), keys, blobs); err != nil {
			t.Fatal(err)
		}
	}
	if s.metrics.collected.Get() == 0 {
		t.Error("nothing was collected")
	}
	if disk := s.Sizes().DiskBytes; disk > 400<<20 {
		t.Errorf("%d MiB are on the disk for %d MiB that live", disk>>20, live>>20)
	}
	for i, key := range keys {
		if b, err := s.Get(0, key); err != nil || !bytes.Equal(b, blobs[i]) {
			t.Errorf("%s: %d bytes, %v", key, len(b), err)
		}
	}
}

func TestLoadPassesErrorsOn(t *testing.T) {
	s, _ := open(t, t.TempDir())
	write(t, s, 0, "p1", "a", "1")
	stop := errors.New("stop")
	if _, err := s.Load(0, nil, func(string, []byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	expect(t, s, 0, "p1: a=1")
}

func TestClosed(t *testing.T) {
	s, _ := open(t, t.TempDir())
	shut(t, s)
	shut(t, s)
	_, loadErr := s.Load(0, nil, nil)
	for _, err := range []error{loadErr, tryWrite(s, 0, "p", "a", "1"), s.Drop(0)} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want %v", err, ErrClosed)
		}
	}
}

// Badger makes files that others may read; so its folder is closed to them, even if ours was made by somebody else.
func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1")
	shut(t, s)
	for name, want := range map[string]os.FileMode{badgerName: 0o700, lockName: 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %v, want %v", name, got, want)
		}
	}
	made := filepath.Join(t.TempDir(), "a", "b")
	s, _ = open(t, made)
	shut(t, s)
	if info, err := os.Stat(made); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("made with %v, %v", info.Mode(), err)
	}
}

func TestConfig(t *testing.T) {
	if errs := DefaultConfig().Validate(); errs != nil {
		t.Errorf("defaults: %v", errs)
	}
	if errs := (Config{MemoryMB: math.MaxInt}).Validate(); len(errs) != 2 {
		t.Errorf("want both mistakes, got %v", errs)
	}
	for _, mb := range []int{32, 64, 4096} { // the limits must suit Badger
		s, err := Open(Config{Dir: t.TempDir(), MemoryMB: mb}, zerolog.Nop(), owner)
		if err != nil {
			t.Fatalf("%d MiB: %v", mb, err)
		}
		shut(t, s)
	}
}

func TestMetrics(t *testing.T) {
	s, _ := open(t, t.TempDir())
	write(t, s, 0, "p1", "abc", "12345")
	content(t, s, 0)
	var page strings.Builder
	s.Metrics().WritePrometheus(&page)
	for _, want := range []string{"labwatch_state_writes_total 1\n", "labwatch_state_written_bytes_total 8\n",
		"labwatch_state_entries 1\n", "labwatch_state_entries_loaded_total 1\n", "labwatch_state_write_seconds_count 1\n",
		"labwatch_state_partitions_dropped_total 0\n"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("no %q in\n%s", want, page.String())
		}
	}
	if n := s.Sizes().DiskBytes; n < 100 || n > 64<<20 {
		t.Errorf("%d bytes on disk", n)
	}
}
