package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"labwatch/state"
	"labwatch/web"
)

// backupServer serves a backup as the admin address does, and gives its URL.
func backupServer(t *testing.T, backup func(io.Writer) error) string {
	t.Helper()
	access, err := web.NewAccess(web.Config{}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	admin := web.NewAdmin()
	admin.HandleBackup(backup)
	server := httptest.NewServer(admin.Handler(access))
	t.Cleanup(server.Close)
	return server.URL + "/-/backup"
}

// TestStateBackup: what a running labwatch gives over HTTP, and what the command writes of a stopped one, fill a folder
// with the same state.
func TestStateBackup(t *testing.T) {
	folder := func(name string) state.Config {
		return state.Config{Dir: filepath.Join(t.TempDir(), name), MemoryMB: 32}
	}
	from := folder("from")
	store, err := state.Open(from, zerolog.Nop(), "lab")
	if err != nil {
		t.Fatal(err)
	}
	must(0, store.Write(1, []byte("p"), []string{"c/a", "d/a"}, [][]byte{[]byte("card"), bytes.Repeat([]byte("x"), 5000)}))
	server := backupServer(t, loggedBackup(store, zerolog.Nop()))
	answer := must(http.Get(server))
	live := must(io.ReadAll(answer.Body))
	must(0, answer.Body.Close())
	must(0, store.Close())

	config := filepath.Join(t.TempDir(), "config.yaml")
	must(0, os.WriteFile(config, []byte("state: {dir: "+from.Dir+", memory_mb: 32}\n"), 0o600))
	file := filepath.Join(t.TempDir(), "backup.gz")
	if code := execute([]string{"state", "backup", "--config", config, file}); code != exitOK {
		t.Fatalf("backup ended with %d", code)
	}
	if code := execute([]string{"state", "backup", "--config", config, file}); code != exitFailed {
		t.Errorf("a backup over a file ended with %d", code)
	}
	liveFile := filepath.Join(t.TempDir(), "live.gz")
	must(0, os.WriteFile(liveFile, live, 0o600))
	for _, backup := range []string{file, liveFile} {
		to := folder("to")
		must(0, os.WriteFile(config, []byte("state: {dir: "+to.Dir+", memory_mb: 32}\n"), 0o600))
		if code := execute([]string{"state", "restore", "--config", config, backup}); code != exitOK {
			t.Fatalf("restore ended with %d", code)
		}
		if code := execute([]string{"state", "restore", "--config", config, backup}); code != exitFailed {
			t.Errorf("a restore over state ended with %d", code)
		}
		store := must(state.Open(to, zerolog.Nop(), "lab"))
		if b, err := store.Get(1, "d/a"); err != nil || len(b) != 5000 {
			t.Errorf("%s gave back %d bytes, %v", backup, len(b), err)
		}
		must(0, store.Close())
	}
}

// TestStateBackupFails: nothing that is not whole is left or taken for a backup.
func TestStateBackupFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backup.gz")
	if err := backupState(state.Config{Dir: t.TempDir(), MemoryMB: 32}, file, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), "holds none") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a file is left")
	}
	server := backupServer(t, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 100_000))
		return errors.New("disk")
	})
	answer, err := http.Get(server)
	if err == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
	if err == nil {
		t.Error("a backup that broke off looks whole")
	}
}
