//go:build unix

package state

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

var errLocked = errors.New("another process uses it")

// lockFile takes the lock of a folder; closing the file, or the end of the process, gives it back. Badger has a lock
// of its own, but gives it back before a damaged folder can be set aside.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %q: %w", path, err)
		}
		if pid, _ := io.ReadAll(io.LimitReader(f, 20)); len(pid) > 0 {
			return nil, fmt.Errorf("%w (process %s)", errLocked, strings.TrimSpace(string(pid)))
		}
		return nil, errLocked
	}
	if err := f.Truncate(0); err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
		if err != nil {
			return nil, fmt.Errorf("lock %q: %w", path, errors.Join(err, f.Close()))
		}
	}
	return f, nil
}
