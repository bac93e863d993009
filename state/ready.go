package state

import (
	"errors"
	"fmt"
	"os"
)

// Ready is nil when there is room to write, and the folder can be written to. It writes and removes a small file.
func (s *Store) Ready() error {
	release, err := s.use()
	if err != nil {
		return err
	}
	defer release()
	if err := s.room(); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, "ready-")
	if err != nil {
		return fmt.Errorf("try the folder of the state: %w", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("try the folder of the state: %w", err)
	}
	return nil
}
