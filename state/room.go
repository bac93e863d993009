package state

import (
	"errors"
	"fmt"
)

// ErrNoRoom says that the file system of the state has too little space left. Nothing is lost by that: whoever gets it
// goes on without the state, which is rebuilt from Kafka when there is room again.
var ErrNoRoom = errors.New("too little space is left on the disk")

// ErrReadOnly says that the file system of the state cannot be written to, as after a bad mount. What ErrNoRoom says holds
// for it too.
var ErrReadOnly = errors.New("the file system is read-only")

// room checks that Badger can write what it holds in memory. It writes through mapped files, and a page that the file
// system cannot back ends the process with a bus error, which nobody can catch. So nothing is written, and Badger is
// neither opened nor closed, when less is free than its memtables, the tables made from them and two files of its value
// log may take.
func (s *Store) room() error {
	free, known := s.free(s.dir)
	if !known || free >= s.reserve {
		return nil
	}
	return fmt.Errorf("%w: %d MiB are free, %d MiB must be", ErrNoRoom, free>>20, s.reserve>>20)
}
