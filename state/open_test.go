package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rs/zerolog"
)

func refusal(t *testing.T, dir, identity string) string {
	t.Helper()
	s, err := Open(small(dir), zerolog.Nop(), identity)
	if err == nil {
		s.Close()
		t.Fatal("it opened")
	}
	if strings.ContainsRune(err.Error(), '\n') {
		t.Errorf("more than one line: %v", err)
	}
	return err.Error()
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1")
	got := refusal(t, dir, "somebody else")
	want := fmt.Sprintf("open state in %q: another process uses it (process %d); stop it, "+
		"or choose another folder with state.dir", dir, os.Getpid())
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := Try(small(dir), zerolog.Nop()); err == nil || err.Error() != want {
		t.Errorf("a try of a folder in use: %v", err)
	}
	expect(t, s, 0, "p1: a=1")
	shut(t, s)
	if err := Try(small(dir), zerolog.Nop()); err != nil {
		t.Error(err)
	}
	s, _ = open(t, dir) // the try has left it as it was
	expect(t, s, 0, "p1: a=1")
}

func TestNewerSchema(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1")
	put(t, s, schemaKey(), []byte("3"))
	shut(t, s)
	want := fmt.Sprintf("state in %q was written by a newer labwatch (schema 3, this one knows 2): "+
		"run that version, or choose another folder with state.dir", dir)
	for _, identity := range []string{owner, "another"} { // a newer one is not dropped for another owner either
		if got := refusal(t, dir, identity); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestOtherSchema(t *testing.T) {
	for _, was := range []string{"0", "-1", "what"} {
		dir := t.TempDir()
		s, _ := open(t, dir)
		write(t, s, 0, "p1", "a", "1")
		put(t, s, schemaKey(), []byte(was))
		shut(t, s)
		s, log := open(t, dir)
		expect(t, s, 0, "absent")
		if !strings.Contains(log.String(), "schema") {
			t.Errorf("%q: log says %q", was, log)
		}
	}
}

func TestOtherIdentity(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1")
	shut(t, s)
	var log logText
	s, err := Open(small(dir), zerolog.New(&log), "cluster-b/labwatch/topic-2")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, s, 0, "absent")
	for _, want := range []string{owner, "cluster-b/labwatch/topic-2", "dropped"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %q in the log %s", want, log.String())
		}
	}
	write(t, s, 0, "p2", "b", "2")
	shut(t, s)
	if s, err = Open(small(dir), zerolog.Nop(), "cluster-b/labwatch/topic-2"); err != nil {
		t.Fatal(err)
	}
	expect(t, s, 0, "p2: b=2")
	shut(t, s)
}

// Trouble of the system is an error; the content is left alone.
func TestRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := refusal(t, filepath.Join(file, "state"), owner); !strings.Contains(got, "not a directory") {
		t.Errorf("got %s", got)
	}
	for cause, want := range map[error]bool{
		&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES}:            true,
		fmt.Errorf("while opening memtables err: %+v", syscall.ENOSPC):       true, //nolint:errorlint // as Badger formats it
		errors.New("manifest has bad magic"):                                 false,
		&os.PathError{Op: "open", Path: "x/000001.sst", Err: syscall.ENOENT}: false,
		errors.New("file does not exist for table 7"):                        false,
	} {
		if got := refused(cause); got != want {
			t.Errorf("refused(%v) = %v", cause, got)
		}
	}
}

// When a fresh folder cannot be opened either, the old one was not to blame and stays.
func TestPutBack(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1")
	shut(t, s)
	impossible := small(dir)
	impossible.MemoryMB = 0 // Badger refuses: a value does not fit a transaction
	if s, err := Open(impossible, zerolog.Nop(), owner); err == nil {
		s.Close()
		t.Fatal("it opened")
	}
	s, log := open(t, dir)
	expect(t, s, 0, "p1: a=1")
	if log.String() != "" {
		t.Errorf("log says %s", log)
	}
}

func TestPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("SKIPPED: the superuser may read everything, so a folder without permission cannot be tested")
	}
	dir := t.TempDir()
	s, _ := open(t, dir)
	write(t, s, 0, "p1", "a", "1")
	shut(t, s)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	got := refusal(t, dir, owner)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "permission denied") {
		t.Errorf("got %s", got)
	}
	s, _ = open(t, dir)
	expect(t, s, 0, "p1: a=1")
}

// TestReadOnlyIsNamed: a folder on a file system that was mounted read-only is no reason to end; cmd/ops mounts one.
func TestReadOnlyIsNamed(t *testing.T) {
	refused := &os.PathError{Op: "open", Path: "lock", Err: syscall.EROFS}
	if err := named(fmt.Errorf("open state: %w", refused)); !errors.Is(err, ErrReadOnly) || !errors.Is(err, syscall.EROFS) {
		t.Errorf("a read-only file system is told as %v", err)
	}
	if err := named(fmt.Errorf("open state: %w", os.ErrPermission)); errors.Is(err, ErrReadOnly) {
		t.Errorf("a missing right is told as %v", err)
	}
}
