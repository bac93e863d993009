package state

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// Drop forgets a partition: first its position, so that a crash leaves nothing that looks whole, then its entries.
func (s *Store) Drop(partition int32) error {
	release, err := s.use()
	if err != nil {
		return fmt.Errorf("drop partition %d: %w", partition, err)
	}
	defer release()
	s.mu.Lock()
	delete(s.gone, partition)
	s.mu.Unlock()
	return s.drop(partition)
}

func (s *Store) drop(number int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	s.set(number, nil)
	err := s.db.Update(func(txn *badger.Txn) error { return txn.Delete(headKey(number)) })
	if err == nil {
		err = s.deleteEntries(number)
	}
	if err != nil {
		return fmt.Errorf("drop partition %d: %w", number, err)
	}
	return nil
}

// deleteEntries reads keys only: it must work where values are damaged.
func (s *Store) deleteEntries(number int32) error {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	batch := s.db.NewWriteBatch()
	defer batch.Cancel()
	for _, prefix := range [][]byte{entryPrefix(number), blobPrefix(number)} {
		if err := deleteAll(txn, batch, prefix); err != nil {
			return err
		}
	}
	return batch.Flush()
}

func deleteAll(txn *badger.Txn, batch *badger.WriteBatch, prefix []byte) error {
	it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix})
	defer it.Close()
	for it.Seek(prefix); it.ValidForPrefix(prefix); it.Next() {
		if err := batch.Delete(it.Item().KeyCopy(nil)); err != nil {
			return err
		}
	}
	return nil
}
