package state

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// A backup of a store in use is that of one moment: what is written meanwhile is in it whole or not at all. It fills a
// folder elsewhere, which goes on from there.
func TestBackupWhileWriting(t *testing.T) {
	s, _ := open(t, t.TempDir())
	fleet := func(n int) (pairs []string) {
		for i := range 200 {
			pairs = append(pairs, fmt.Sprintf("device-%03d", i), fmt.Sprint(n, strings.Repeat("x", 2000)))
		}
		return pairs
	}
	write(t, s, 0, "p0", fleet(0)...)
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		var err error
		for n := 1; err == nil; n++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			err = tryWrite(s, 0, fmt.Sprint("p", n), fleet(n)...)
		}
		stopped <- err
	}()
	var backups [3]bytes.Buffer
	for i := range backups {
		if err := s.Backup(&backups[i]); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	for i := range backups {
		dir := t.TempDir()
		if err := Restore(small(dir), zerolog.Nop(), &backups[i]); err != nil {
			t.Fatal(err)
		}
		s, log := open(t, dir)
		position, rest, _ := strings.Cut(content(t, s, 0), ":")
		if n := strings.Count(rest, " device-"); n != 200 {
			t.Errorf("backup %d holds %d devices at %q: %s", i, n, position, log)
		}
		write(t, s, 0, "next", "device-000", "on")
		shut(t, s)
	}
}

func TestBackupStopped(t *testing.T) {
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "new", "folder")
	s, _ := open(t, dir)
	write(t, s, 3, "p1", "a", "1", "b", large("2"))
	if err := Backup(small(dir), zerolog.Nop(), &bytes.Buffer{}); !errors.Is(err, errLocked) {
		t.Errorf("a folder in use: %v", err)
	}
	shut(t, s)
	var b bytes.Buffer
	if err := Backup(small(dir), zerolog.Nop(), &b); err != nil {
		t.Fatal(err)
	}
	good := b.Bytes()
	for name, bad := range map[string][]byte{
		"cut short": good[:len(good)-9], "damaged": append(bytes.Clone(good[:len(good)-6]), 1, 2, 3, 4, 5, 6), "empty": nil, "no backup": []byte("hello"),
	} {
		if err := Restore(small(elsewhere), zerolog.Nop(), bytes.NewReader(bad)); err == nil {
			t.Errorf("%s: was restored", name)
		}
		if left, _ := filepath.Glob(filepath.Join(elsewhere, "badger*")); len(left) != 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
	if err := Restore(small(elsewhere), zerolog.Nop(), bytes.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	if err := Restore(small(elsewhere), zerolog.Nop(), bytes.NewReader(good)); err == nil || !strings.Contains(err.Error(), "holds state already") {
		t.Errorf("over what is there: %v", err)
	}
	s, _ = open(t, elsewhere)
	expect(t, s, 3, "p1: a=1 b="+large("2"))
	shut(t, s)
	s, _ = open(t, dir)
	expect(t, s, 3, "p1: a=1 b="+large("2"))
	if err := Backup(small(t.TempDir()), zerolog.Nop(), &b); err == nil {
		t.Error("an empty folder was backed up")
	}
	if _, err := os.Stat(filepath.Join(dir, "badger.restoring")); err == nil {
		t.Error("something is left over")
	}
}
