package state

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"
)

// remove takes a key away behind the store's back.
func remove(t *testing.T, s *Store, key []byte) {
	t.Helper()
	if err := s.db.Update(func(txn *badger.Txn) error { return txn.Delete(key) }); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s *Store, key, value []byte) {
	t.Helper()
	if err := s.db.Update(func(txn *badger.Txn) error { return txn.Set(key, value) }); err != nil {
		t.Fatal(err)
	}
}

// peek returns what is stored under a key.
func peek(t *testing.T, s *Store, key []byte) (value []byte) {
	t.Helper()
	err := s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err == nil {
			value, err = item.ValueCopy(nil)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// Whatever goes missing, is changed or comes back makes a partition absent, and says so; its neighbour stays.
func TestDamagedPartition(t *testing.T) {
	key := func(k string) []byte { return entryKey(3, k) }
	cases := map[string]func(t *testing.T, s *Store, early []byte){
		"an entry is missing":       func(t *testing.T, s *Store, _ []byte) { remove(t, s, key("b")) },
		"an older entry comes back": func(t *testing.T, s *Store, early []byte) { put(t, s, key("a"), early) },
		"a deleted entry comes back": func(t *testing.T, s *Store, early []byte) {
			e := entry{generation: 1, blob: []byte("ghost")}
			put(t, s, key("gone"), e.encode(key("gone")))
		},
		"a bit of a blob": func(t *testing.T, s *Store, _ []byte) {
			b := peek(t, s, key("c"))
			b[len(b)-1] ^= 1
			put(t, s, key("c"), b)
		},
		"a bit of the position": func(t *testing.T, s *Store, _ []byte) {
			b := peek(t, s, headKey(3))
			b[len(b)-1] ^= 1
			put(t, s, headKey(3), b)
		},
		"an entry under another key": func(t *testing.T, s *Store, _ []byte) {
			put(t, s, key("d"), peek(t, s, key("c")))
			remove(t, s, key("c"))
		},
		"a short value":          func(t *testing.T, s *Store, _ []byte) { put(t, s, key("b"), []byte("x")) },
		"the position goes away": func(t *testing.T, s *Store, _ []byte) { remove(t, s, headKey(3)) },
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, _ := open(t, dir)
			write(t, s, 3, "p1", "a", "1", "b", "1", "c", "1", "gone", "1")
			early := peek(t, s, key("a"))
			write(t, s, 3, "p2", "a", "2", "gone", "-")
			write(t, s, 4, "q1", "a", "1")
			damage(t, s, early)
			shut(t, s)
			s, log := open(t, dir)
			expect(t, s, 3, "absent")
			if !strings.Contains(log.String(), `"partition":3`) || s.metrics.dropped.Get() != 1 {
				t.Errorf("it was not said: %q", log)
			}
			expect(t, s, 4, "q1: a=1")
			write(t, s, 3, "p3", "b", "3")
			expect(t, s, 3, "p3: b=3")
		})
	}
}

// A write onto a partition that nobody loaded, and that is damaged, must not give it a position.
func TestWriteOntoDamage(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1", "b", "1")
	remove(t, s, entryKey(0, "b"))
	shut(t, s)
	s, _ = open(t, dir)
	if err := tryWrite(s, 0, "p2", "a", "2"); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Fatalf("got %v", err)
	}
	expect(t, s, 0, "absent")
}

// An entry that damage hid from a drop and that comes to light later must not pass for a newer one.
func TestEntryOfAnEarlierLife(t *testing.T) {
	s, _ := open(t, t.TempDir())
	for range 9 {
		write(t, s, 0, "p1", "a", "1")
	}
	write(t, s, 0, "p1", "b", "1") // of a high generation, and without one before it
	hidden := peek(t, s, entryKey(0, "b"))
	if err := s.Drop(0); err != nil {
		t.Fatal(err)
	}
	write(t, s, 0, "p2", "a", "2")
	put(t, s, entryKey(0, "b"), hidden)
	expect(t, s, 0, "absent")
}

// readAll opens a folder and fails unless each of the partitions is whole or absent.
func readAll(dir string) error {
	s, err := Open(small(dir), zerolog.New(os.Stderr).Level(zerolog.InfoLevel), owner)
	if err != nil {
		return err
	}
	defer s.Close()
	for number := range int32(damagePartitions) {
		var entries int
		position, err := s.Load(number, nil, func(key string, blob []byte) error {
			if want := fmt.Sprintf("device-%04d", entries); key != want {
				return fmt.Errorf("key %q, want %q", key, want)
			}
			if want := damageBlob(key); string(blob) != want {
				return fmt.Errorf("blob of %s differs", key)
			}
			entries++
			return nil
		})
		if err != nil {
			return err
		}
		if (position == nil) != (entries == 0) || (position != nil && entries != damageKeys) {
			return fmt.Errorf("partition %d: position %q with %d entries", number, position, entries)
		}
	}
	keys, blobs := damageEntries()
	if err := s.Write(0, []byte("new"), keys, blobs); err != nil {
		return err
	}
	return s.Close()
}

const (
	damagePartitions = 3
	damageKeys       = 300
)

func damageBlob(key string) string { return strings.Repeat(key, 300) }

func damageEntries() (keys []string, blobs [][]byte) {
	for i := range damageKeys {
		key := fmt.Sprintf("device-%04d", i)
		keys, blobs = append(keys, key), append(blobs, []byte(damageBlob(key)))
	}
	return keys, blobs
}

// hold fills a folder, two partitions in tables and one in the log, and dies without closing it.
func hold(dir string) error {
	keys, blobs := damageEntries()
	for _, numbers := range [][]int32{{0, 1}, {2}} {
		s, err := Open(small(dir), zerolog.Nop(), owner)
		if err != nil {
			return err
		}
		for _, number := range numbers {
			if err := s.Write(number, []byte("old"), keys, blobs); err != nil {
				return err
			}
		}
		if len(numbers) == 2 {
			if err := s.Close(); err != nil {
				return err
			}
		}
	}
	os.Exit(0)
	return nil
}

// Random damage to the files: a run may die of it, the next one may not, and no run may be told wrong content.
func TestDamagedFiles(t *testing.T) {
	whole := t.TempDir()
	if out, err := part("hold", whole).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var files []string
	for _, pattern := range []string{"*.sst", "*.mem", "MANIFEST", "KEYREGISTRY"} {
		found, err := filepath.Glob(filepath.Join(whole, badgerName, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	random := rand.New(rand.NewPCG(1, 2))
	counts := map[string]int{}
	for n := range 4 * len(files) {
		file := files[n%len(files)]
		dir := t.TempDir()
		copyTree(t, whole, dir)
		what := damageFile(t, filepath.Join(dir, badgerName, filepath.Base(file)), n/len(files), random)
		out, err := part("read", dir).CombinedOutput()
		if err != nil { // only death while it opened the folder is forgiven, and that leaves the marker
			if _, statErr := os.Stat(filepath.Join(dir, openingName)); statErr != nil {
				t.Errorf("%s: %v: %s", what, err, out)
				continue
			}
			counts["died"]++
		}
		counts[outcome(string(out))]++
		t.Log(what, outcome(string(out)))
		if again, err := part("read", dir).CombinedOutput(); err != nil {
			t.Errorf("%s: the second run: %v: %s", what, err, again)
		}
	}
	t.Logf("of %d: %v", 4*len(files), counts)
	if counts["partition dropped"]+counts["set aside"] == 0 || counts["nothing"] == 4*len(files) {
		t.Error("the damage did no harm, so nothing was tested")
	}
}

func outcome(log string) string {
	switch {
	case strings.Contains(log, "was set aside"):
		return "set aside"
	case strings.Contains(log, "is empty although"):
		return "lost and said"
	case strings.Contains(log, "of a partition cannot be used"):
		return "partition dropped"
	}
	return "nothing"
}

// damageFile flips a byte that is not zero, fills a page with noise, cuts the file, or empties a page.
func damageFile(t *testing.T, path string, how int, random *rand.Rand) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := len(b)
	for end > 1 && b[end-1] == 0 {
		end--
	}
	at := random.IntN(end)
	page := b[at:min(at+4096, end)]
	switch how {
	case 0:
		b[at] ^= byte(1 << random.IntN(8))
	case 1:
		for i := range page {
			page[i] = byte(random.Uint32())
		}
	case 2:
		b = b[:at]
	case 3:
		clear(page)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s, damage %d at %d of %d", filepath.Base(path), how, at, end)
}

// copyTree copies a folder and leaves the holes of sparse files.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		return copySparse(path, filepath.Join(to, rel))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copySparse(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	page := make([]byte, 64<<10)
	for at := int64(0); ; {
		n, err := in.Read(page)
		if n > 0 && slices.ContainsFunc(page[:n], func(b byte) bool { return b != 0 }) {
			if _, err := out.WriteAt(page[:n], at); err != nil {
				return err
			}
		}
		at += int64(n)
		if err == io.EOF {
			return out.Truncate(at)
		}
		if err != nil {
			return err
		}
	}
}
