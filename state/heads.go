package state

import (
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// readHead returns the head of a partition, or a zero one.
func readHead(txn *badger.Txn, number int32) (h head, err error) {
	item, err := txn.Get(headKey(number))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return head{}, nil
	}
	if err == nil {
		err = item.Value(func(b []byte) error {
			h, err = decodeHead(b)
			return err
		})
	}
	if err != nil {
		return head{}, fmt.Errorf("position: %w", err)
	}
	return h, nil
}

// readHeads notes which partitions there are. A damaged head is left for Load to report.
func (s *Store) readHeads() error {
	return s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{headSpace}})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			number, ok := headPartition(it.Item().Key())
			if !ok {
				continue
			}
			if h, err := readHead(txn, number); err == nil {
				s.set(number, &partition{head: h})
			}
		}
		return nil
	})
}
