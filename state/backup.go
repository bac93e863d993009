package state

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"
)

// A backup is a gzip stream of this line and Badger's own backup of everything, as it was at one moment. The stream's
// checksum tells a backup that is cut short or damaged. It is not encrypted, whether or not the folder is.
const backupLine = "labwatch state backup 1\n"

// Backup writes everything that the store holds, as of now, while it is read and written.
func (s *Store) Backup(w io.Writer) error {
	release, err := s.use()
	if err != nil {
		return fmt.Errorf("back up state: %w", err)
	}
	defer release()
	packed, err := gzip.NewWriterLevel(untilClosed{s, w}, gzip.BestSpeed)
	if err != nil {
		return err
	}
	_, err = io.WriteString(packed, backupLine)
	if err == nil {
		stream := s.db.NewStream()
		stream.NumGo = 1 // each goroutine of a stream sees a moment of its own
		_, err = stream.Backup(packed, 0)
	}
	if err == nil {
		err = packed.Close()
	}
	if err != nil {
		return fmt.Errorf("back up state: %w", err)
	}
	return nil
}

// untilClosed lets a backup fail when the store is to be closed, which would wait for it.
type untilClosed struct {
	s *Store
	w io.Writer
}

func (u untilClosed) Write(b []byte) (int, error) {
	if u.s.closing.Load() {
		return 0, ErrClosed
	}
	return u.w.Write(b)
}

// Backup writes everything that a folder holds which no process uses. It changes nothing in it.
func Backup(config Config, log zerolog.Logger, w io.Writer) error {
	dir := filepath.Join(config.Dir, badgerName)
	if !holds(dir) {
		return fmt.Errorf("back up state: %q holds none", config.Dir)
	}
	s, err := lockFolder(config, log)
	if err != nil {
		return err
	}
	damage, err := s.unlock(dir)
	if err = errors.Join(damage, err); err == nil {
		s.db, err = openDB(s.options(config, dir))
	}
	if err != nil {
		s.letGo()
		return fmt.Errorf("open state in %q: %w", config.Dir, err)
	}
	return errors.Join(s.Backup(w), s.Close())
}

// Restore fills a folder that holds no state with a backup. If that fails, it holds none as before. Whose state it is,
// Open tells: that of another cluster, group or topic is dropped there, as ever.
func Restore(config Config, log zerolog.Logger, r io.Reader) error {
	dir, filling := filepath.Join(config.Dir, badgerName), filepath.Join(config.Dir, badgerName+".restoring")
	if holds(dir) {
		return fmt.Errorf("restore state: %q holds state already; move it away first", config.Dir)
	}
	s, err := lockFolder(config, log)
	if err != nil {
		return err
	}
	err = os.RemoveAll(filling)
	if err == nil {
		s.db, err = openDB(s.options(config, filling))
	}
	if err == nil {
		err = errors.Join(refill(s.db, r), s.db.Close())
	}
	if err == nil {
		err = os.Rename(filling, dir)
	}
	if err != nil {
		err = fmt.Errorf("restore state: %w", errors.Join(err, os.RemoveAll(filling)))
	}
	return errors.Join(err, s.lock.Close())
}

func holds(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, badger.ManifestFilename))
	return err == nil
}

func refill(db *badger.DB, r io.Reader) error {
	packed, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("it is no backup: %w", err)
	}
	content := bufio.NewReader(packed)
	line, err := content.ReadString('\n')
	if err != nil || line != backupLine {
		return fmt.Errorf("it is no backup that this labwatch reads: it begins with %.40q", line)
	}
	const pending = 4 // batches on their way
	if err := db.Load(content, pending); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, packed) // to the end, where the checksum is
	return err
}
