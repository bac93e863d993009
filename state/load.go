package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
)

// Load hands out the entries of a partition in the order of their keys' bytes, and then returns the position that
// was last written. A blob is valid only during the call of fn; fn must not call the store. Blobs that are large and
// not wanted are handed out as nil and not read: Get reads one of them later. A nil wanted wants all.
//
// A nil position means that there is nothing, and what fn was handed does not count: the partition was never written,
// or it is damaged or incomplete, which is said in the log, and was dropped. It must be rebuilt. Each Write of a
// rebuild must hold every entry up to its position.
//
// Entries may be newer than the position, of a write that was cut short; never older. An error of fn ends the load
// and is returned.
func (s *Store) Load(partition int32, wanted func(key string) bool, fn func(key string, blob []byte) error) (position []byte, err error) {
	release, err := s.use()
	if err != nil {
		return nil, fmt.Errorf("load partition %d: %w", partition, err)
	}
	defer release()
	s.mu.Lock()
	delete(s.gone, partition)
	changes := s.changes
	txn := s.db.NewTransaction(false) // both passes see the same content, whatever is written meanwhile
	s.mu.Unlock()
	defer txn.Discard()
	p, err := inspect(txn, partition)
	if err == nil && p.newest == 0 {
		return nil, nil
	}
	if err == nil && p.head.generation == 0 {
		err = errors.New("its first write was cut short")
	}
	if err != nil {
		return nil, s.giveUp(partition, err)
	}
	s.mu.Lock()
	if known := s.partitions[partition]; s.changes == changes && (known == nil || !known.known) {
		s.set(partition, p)
	}
	s.mu.Unlock()
	loaded := 0
	var damage error
	err = each(txn, partition, func(key string, e entry) error {
		if e.flags&deleted != 0 {
			return nil
		}
		loaded++
		switch {
		case e.flags&apart == 0:
			return fn(key, e.blob)
		case wanted != nil && !wanted(key):
			return fn(key, nil)
		}
		var refused error
		if err := readApart(txn, partition, key, e, func(blob []byte) error { refused = fn(key, blob); return nil }); err != nil {
			damage = err
			return err
		}
		return refused
	})
	if damage != nil {
		return nil, s.giveUp(partition, damage)
	}
	s.metrics.loaded.Add(loaded)
	if err == nil && uint64(loaded) != p.now.count {
		err = fmt.Errorf("only %d of %d entries could be read", loaded, p.now.count)
	}
	if err != nil {
		return nil, fmt.Errorf("load partition %d: %w", partition, err)
	}
	return p.head.position, nil
}

// giveUp drops a partition that cannot be used. Tables that are damaged on disk stay damaged, and may fail later
// reads and compactions, so then the next Open is told to set all of Badger aside.
func (s *Store) giveUp(number int32, cause error) error {
	s.log.Warn().Err(cause).Int32("partition", number).
		Msg("state of a partition cannot be used and was dropped; it will be rebuilt from Kafka")
	s.metrics.dropped.Inc()
	if damage := verifyTables(s.db); damage != nil {
		s.log.Warn().Err(damage).Str("dir", s.dir).
			Msg("state is damaged on disk; all of it will be set aside at the next start")
		note := []byte("it was found damaged: " + damage.Error())
		if err := os.WriteFile(filepath.Join(s.dir, openingName), note, 0o600); err != nil {
			return fmt.Errorf("note damage of state in %q: %w", s.dir, err)
		}
	}
	return s.drop(number)
}

// verifyTables reads all tables. Badger 4.9.6 panics over the very block that it was asked to find.
func verifyTables(db *badger.DB) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("badger panicked while it verified its tables: %v", r)
		}
	}()
	return db.VerifyChecksum()
}

// inspect adds up the entries of a partition and compares them with its head.
func inspect(txn *badger.Txn, number int32) (*partition, error) {
	p := &partition{known: true}
	var err error
	if p.head, err = readHead(txn, number); err != nil {
		return nil, err
	}
	p.newest = p.head.generation
	var then digest // of the entries as they were when the head was written
	err = each(txn, number, func(key string, e entry) error {
		p.newest = max(p.newest, e.generation)
		live := e.flags&deleted == 0
		if live {
			p.now.add(e.sum)
		} else {
			p.marks = append(p.marks, key)
		}
		switch {
		case e.generation > p.head.generation: // of a write that was cut short
			if e.flags&replaces != 0 {
				then.add(e.replaced)
			}
		case live:
			then.add(e.sum)
		}
		return nil
	})
	if err == nil && then != p.head.digest {
		err = fmt.Errorf("its %d entries are not the %d that its position covers", then.count, p.head.digest.count)
	}
	return p, err
}

// each visits the entries of a partition, marks of deletion too. The blob is valid only during the call.
func each(txn *badger.Txn, number int32, fn func(key string, e entry) error) error {
	prefix := entryPrefix(number)
	it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix})
	defer it.Close()
	for it.Seek(prefix); it.ValidForPrefix(prefix); it.Next() {
		item := it.Item()
		err := item.Value(func(b []byte) error {
			e, err := decodeEntry(item.Key(), b)
			if err != nil {
				return fmt.Errorf("entry %q: %w", item.Key()[entryPrefixSize:], err)
			}
			return fn(string(item.Key()[entryPrefixSize:]), e)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
