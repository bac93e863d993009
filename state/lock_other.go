//go:build !unix

package state

import (
	"errors"
	"os"
)

var errLocked = errors.New("another process uses it")

// lockFile opens the file that carries the lock. Here the lock that Badger takes itself is the one that counts; it
// is a refusal, see there.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
