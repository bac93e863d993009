package state

import (
	"errors"
	"testing"

	"github.com/rs/zerolog"
)

// TestFullDisk refuses to write without room, and keeps what was there.
func TestFullDisk(t *testing.T) {
	s, _ := open(t, t.TempDir())
	write(t, s, 1, "p1", "a", "1")
	enough := s.free
	s.free = func(string) (int64, bool) { return s.reserve - 1, true }
	if err := tryWrite(s, 1, "p2", "a", "2"); !errors.Is(err, ErrNoRoom) {
		t.Errorf("write without room: %v", err)
	}
	position, err := s.Load(1, nil, func(key string, blob []byte) error {
		if key != "a" || string(blob) != "1" {
			t.Errorf("%s is %q", key, blob)
		}
		return nil
	})
	if err != nil || string(position) != "p1" {
		t.Errorf("position %q, %v", position, err)
	}
	s.free = func(string) (int64, bool) { return 0, false } // not known: Badger may try
	write(t, s, 1, "p2", "a", "2")
	s.free = enough
	write(t, s, 1, "p3", "a", "3")
}

// TestOpenFullDisk asks for more room than any disk has.
func TestOpenFullDisk(t *testing.T) {
	c := small(t.TempDir())
	c.MemoryMB = 1 << 40
	if _, err := Open(c, zerolog.Nop(), owner); !errors.Is(err, ErrNoRoom) {
		t.Errorf("open without room: %v", err)
	}
}
