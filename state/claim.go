package state

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/dgraph-io/badger/v4"
)

// claim makes the content ours: it checks the schema, and drops what belongs to another identity.
func (s *Store) claim(identity string) error {
	was, owner, err := s.readClaim()
	if err != nil {
		return fmt.Errorf("open state in %q: %w", s.dir, err)
	}
	version, parseErr := strconv.Atoi(was)
	switch {
	case was == "":
		if s.old { // or a crash came before the first claim, when there was nothing to lose
			s.log.Warn().Str("dir", s.dir).
				Msg("state is empty although its folder is not new; it will be rebuilt from Kafka")
		}
	case parseErr == nil && version > schema:
		return fmt.Errorf("state in %q was written by a newer labwatch (schema %d, this one knows %d): "+
			"run that version, or choose another folder with state.dir", s.dir, version, schema)
	case parseErr != nil || version < schema:
		s.log.Warn().Str("dir", s.dir).Str("schema", was).Int("knows", schema).
			Msg("state has a schema that is no longer read and was dropped; it will be rebuilt from Kafka")
	case owner != identity:
		s.log.Warn().Str("dir", s.dir).Str("of", owner).Str("wanted", identity).
			Msg("state belongs to another cluster, group or topic and was dropped; it will be rebuilt from Kafka")
	default:
		return nil
	}
	if err := s.db.DropAll(); err != nil {
		return fmt.Errorf("drop state in %q: %w", s.dir, err)
	}
	err = s.db.Update(func(txn *badger.Txn) error {
		if err := txn.Set(schemaKey(), []byte(strconv.Itoa(schema))); err != nil {
			return err
		}
		return txn.Set(identityKey(), []byte(identity))
	})
	if err != nil {
		return fmt.Errorf("claim state in %q: %w", s.dir, err)
	}
	return nil
}

// readClaim returns the schema and the identity of the content, empty where there is none.
func (s *Store) readClaim() (version, identity string, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		if version, err = text(txn, schemaKey()); err != nil {
			return err
		}
		identity, err = text(txn, identityKey())
		return err
	})
	return version, identity, err
}

func text(txn *badger.Txn, key []byte) (string, error) {
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	b, err := item.ValueCopy(nil)
	return string(b), err
}
