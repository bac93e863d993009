package state

import (
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// ErrDamaged says that a partition could not be read as it was written. It has been dropped, and must be rebuilt.
var ErrDamaged = errors.New("state is damaged and was dropped")

// Get returns a copy of one blob, nil when there is none under the key. It sees what the last Write put there.
// A blob that is missing or damaged drops the whole partition, as in Load, and is ErrDamaged. Writes are then refused
// until the partition is loaded or dropped by the caller: what was on its way would make it look whole.
func (s *Store) Get(partition int32, key string) ([]byte, error) {
	release, err := s.use()
	if err != nil {
		return nil, fmt.Errorf("get %q of partition %d: %w", key, partition, err)
	}
	defer release()
	blob, err := s.get(partition, key)
	if err == nil {
		s.metrics.gets.Inc()
		s.metrics.gotBytes.Add(len(blob))
		return blob, nil
	}
	s.mu.Lock()
	s.gone[partition] = true
	s.mu.Unlock()
	if err := s.giveUp(partition, err); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("get %q of partition %d: %w: %w", key, partition, ErrDamaged, err)
}

// droppedError refuses a write that was on its way when the partition was dropped.
type droppedError struct{}

func (droppedError) Error() string { return "it was found damaged and dropped; load it first" }

// Dropped tells this error from those of the disk.
func (droppedError) Dropped() bool { return true }

func (s *Store) get(number int32, key string) (blob []byte, err error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	item, err := txn.Get(entryKey(number, key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = item.Value(func(b []byte) error {
		e, err := decodeEntry(item.Key(), b)
		switch {
		case err != nil:
			return fmt.Errorf("entry %q: %w", key, err)
		case e.flags&deleted != 0:
			return nil
		case e.flags&apart == 0:
			blob = append([]byte{}, e.blob...)
			return nil
		}
		return readApart(txn, number, key, e, func(b []byte) error {
			blob = append([]byte{}, b...)
			return nil
		})
	})
	return blob, err
}
