package state

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"

	"labwatch/secret"
)

// ErrClosed is returned by every method of a store that was closed.
var ErrClosed = errors.New("state is closed")

// Store is an open state folder. Its methods may be called by several goroutines; writes wait for each other.
type Store struct {
	dir     string
	old     bool            // Badger's folder was there before and was not set aside
	keys    []secret.Secret // the first encrypts, the others are former ones; none: in clear
	db      *badger.DB
	lock    *os.File
	log     zerolog.Logger
	metrics *instruments

	life   sync.RWMutex // held for reading while Badger is in use: its maps of files vanish with Close
	closed bool

	closing atomic.Bool // somebody waits to close it

	mu         sync.Mutex // of what follows, and of writing
	partitions map[int32]*partition
	gone       map[int32]bool // found damaged by Get, and not yet loaded again: writes would cover the hole
	changes    uint64         // writes and drops that were begun, so that a reader knows whether it still saw the newest

	entries atomic.Int64 // that all heads cover

	reserve int64                                      // space that must be left, in bytes
	free    func(dir string) (bytes int64, known bool) // how much is

	written int64 // bytes since the value log was collected last, under mu
	unseen  int64 // bytes since a memtable was filled up last, under mu

	chunk int                     // entries in one batch
	fault func(step string) error // test: stop a write at a step, as a crash would
}

// partition is what is known of a partition that was read or written since the store was opened.
type partition struct {
	head   head
	known  bool     // what follows was added up, and agreed with the head
	now    digest   // of all entries that are there, those of interrupted writes too
	newest uint64   // highest generation of any entry, or of the head
	marks  []string // keys whose deletion is marked and that may now be removed
}

// use keeps the store open until the function that it returns is called.
func (s *Store) use() (release func(), err error) {
	s.life.RLock()
	if s.closed {
		s.life.RUnlock()
		return nil, ErrClosed
	}
	return s.life.RUnlock, nil
}

// Sizes says how much the store holds.
type Sizes struct {
	DiskBytes int64 // space that the folder takes, a set-aside damaged one included
	Entries   int64 // that the positions of all partitions cover
}

// Sizes looks at the folder. It works on a closed store too.
func (s *Store) Sizes() Sizes { return Sizes{DiskBytes: diskBytes(s.dir), Entries: s.entries.Load()} }

// set notes a partition, nil when it is gone, and keeps the count of entries. The caller holds mu.
func (s *Store) set(number int32, p *partition) {
	if was := s.partitions[number]; was != nil {
		s.entries.Add(-int64(was.head.digest.count))
	}
	if p == nil {
		delete(s.partitions, number)
		return
	}
	s.partitions[number] = p
	s.entries.Add(int64(p.head.digest.count))
}

// Close writes what Badger holds in memory, if there is room, and lets go of the folder. It waits for calls under way.
// Another Close does nothing.
func (s *Store) Close() error {
	s.closing.Store(true)
	s.life.Lock()
	defer s.life.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.room()
	if err == nil {
		err = s.db.Close()
	} else { // the next Open finds what is in Badger's log, as after a crash
		s.log.Warn().Err(err).Str("dir", s.dir).Msg("state is left as it is")
		err = nil
	}
	if lockErr := s.lock.Close(); err == nil {
		err = lockErr
	}
	if err != nil {
		return fmt.Errorf("close state in %q: %w", s.dir, err)
	}
	return nil
}
