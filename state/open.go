package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"
)

// Names within the folder. Badger has a folder of its own, so that it can be set aside where the folder itself is a
// mount point.
const (
	lockName    = "lock"
	openingName = "opening"
	badgerName  = "badger"
	damagedName = "badger.damaged"
)

// Open opens the state folder. identity names whose state it is, say cluster, group and topic ids: content of
// another identity is dropped. So is content that Badger cannot open, after it was set aside in "badger.damaged".
// Both are said in the log.
//
// It is an error, and nothing is touched, when another process uses the folder, when a newer labwatch wrote it, when it
// is encrypted with a key that is not at hand, and when the system refuses (permission, no memory and the like). When the
// disk is full it is ErrNoRoom, when it is mounted read-only ErrReadOnly.
func Open(config Config, log zerolog.Logger, identity string) (*Store, error) {
	s, err := lockFolder(config, log)
	if err != nil {
		return nil, named(err)
	}
	if err := s.openContent(config, identity); err != nil {
		s.letGo()
		return nil, named(err)
	}
	return s, nil
}

// Try finds out, before anything else is begun, whether Open can have the folder. It makes it and leaves it again.
func Try(config Config, log zerolog.Logger) error {
	s, err := lockFolder(config, log)
	if err != nil {
		return named(err)
	}
	s.letGo()
	return nil
}

// named gives an error of the system the name that callers know.
func named(err error) error {
	if errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

// letGo closes what is open after an error, which is the one that explains.
func (s *Store) letGo() {
	if s.db != nil {
		_ = s.db.Close()
	}
	_ = s.lock.Close()
}

// lockFolder makes the folder ours, and reads the keys of what is in it.
func lockFolder(config Config, log zerolog.Logger) (*Store, error) {
	s := &Store{dir: config.Dir, log: log, partitions: map[int32]*partition{}, gone: map[int32]bool{}, chunk: 1000,
		reserve: int64(config.MemoryMB)<<20 + 2*logFile, free: freeBytes}
	s.metrics = newInstruments(s)
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("open state in %q: %w", s.dir, err)
	}
	if err := s.room(); err != nil {
		return nil, fmt.Errorf("open state in %q: %w", s.dir, err)
	}
	var err error
	if s.keys, err = readKeys(config.EncryptionKeyFile); err != nil {
		return nil, fmt.Errorf("state.encryption_key_file: %w", err)
	}
	if s.lock, err = lockFile(filepath.Join(s.dir, lockName)); err != nil {
		if errors.Is(err, errLocked) {
			return nil, fmt.Errorf("open state in %q: %w; stop it, or choose another folder with state.dir", s.dir, err)
		}
		return nil, fmt.Errorf("open state in %q: %w", s.dir, err)
	}
	return s, nil
}

func (s *Store) openContent(config Config, identity string) error {
	if err := s.openBadger(config); err != nil {
		return fmt.Errorf("open state in %q: %w", s.dir, err)
	}
	if err := s.claim(identity); err != nil {
		return err
	}
	if err := s.readHeads(); err != nil {
		return fmt.Errorf("open state in %q: %w", s.dir, err)
	}
	return nil
}

// openBadger opens Badger's folder, or a fresh one in its place. Badger opens tables in goroutines of its own, where
// damage may end in a panic or a bus error that nobody can recover from. So a marker lies in the folder while it
// opens: one that is found was left by a process that did not survive it, or by a Load that met damage on disk.
func (s *Store) openBadger(config Config) error {
	dir, marker := filepath.Join(s.dir, badgerName), filepath.Join(s.dir, openingName)
	cause, err := s.unlock(dir)
	if err != nil {
		return err
	}
	note, err := os.ReadFile(marker)
	switch {
	case err == nil:
		cause = errors.New(string(note))
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if err := os.WriteFile(marker, []byte("a process did not survive opening it"), 0o600); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, badger.ManifestFilename)); err == nil {
		s.old = true
	}
	if cause == nil {
		s.db, cause = openDB(s.options(config, dir))
	}
	if cause != nil && !refused(cause) {
		s.db, cause = s.replace(config, dir, cause)
	}
	if err := os.Remove(marker); err != nil && cause == nil {
		cause = err
	}
	return cause
}

// replace sets a folder aside and opens a fresh one. When that fails too, the folder was not to blame, and is put back.
func (s *Store) replace(config Config, dir string, cause error) (*badger.DB, error) {
	aside := filepath.Join(s.dir, damagedName)
	if err := os.RemoveAll(aside); err != nil { // one is kept, so that nothing grows
		return nil, err
	}
	moved := os.Rename(dir, aside)
	if moved != nil && !errors.Is(moved, os.ErrNotExist) {
		return nil, moved
	}
	db, err := openDB(s.options(config, dir))
	if err != nil {
		if moved == nil {
			_ = os.RemoveAll(dir)
			_ = os.Rename(aside, dir)
		}
		return nil, err
	}
	s.old = false
	s.log.Warn().Err(cause).Str("dir", s.dir).Str("set_aside", aside).
		Msg("state could not be opened and was set aside; it will be rebuilt from Kafka")
	return db, nil
}

// openDB opens Badger and turns a panic over damaged files into an error.
func openDB(options badger.Options) (db *badger.DB, err error) {
	defer func() {
		if r := recover(); r != nil {
			db, err = nil, fmt.Errorf("badger panicked: %v", r)
		}
	}()
	return badger.Open(options)
}
