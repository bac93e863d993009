package state

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"labwatch/secret"
)

const (
	keySize       = 32 // of AES-256, in bytes
	emptyRegistry = 28 // bytes of Badger's key registry before its first data key: an AES block and a text
)

// readKeys reads the keys of a file: one a line, 32 random bytes in base64 or hex, # begins a comment. The first is in
// use, the others are former ones, of which the folder may still be. Without a file there is none. Neither a key nor a
// part of it appears in an error.
func readKeys(path string) ([]secret.Secret, error) {
	if path == "" {
		return nil, nil
	}
	text, err := secret.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []secret.Secret
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := hex.DecodeString(line)
		if err != nil {
			key, err = base64.StdEncoding.DecodeString(line)
		}
		if err != nil || len(key) != keySize || strings.Count(string(key), string(key[:1])) == keySize {
			return nil, fmt.Errorf("line %d of %q is no key: %d random bytes in base64 or hex are", i+1, path, keySize)
		}
		keys = append(keys, secret.New(string(key)))
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%q holds no key", path)
	}
	return keys, nil
}

// CheckFiles reads the key file, as Open will.
func (c Config) CheckFiles() error {
	if _, err := readKeys(c.EncryptionKeyFile); err != nil {
		return fmt.Errorf("state.encryption_key_file: %w", err)
	}
	return nil
}

// unlock makes sure that Badger can open its folder with the key in use. Badger encrypts its files with data keys of its
// own, which it changes every ten days, and keeps these in a registry encrypted with our key: to change ours, only the
// registry is written again. What was written before in clear is not let live on beside an encrypted rest.
//
// Damage is an unreadable registry, which is like any other damage. An error is for the operator.
func (s *Store) unlock(dir string) (damage, err error) {
	file, err := os.Stat(filepath.Join(dir, badger.KeyRegistryFileName))
	if err != nil {
		return nil, nil //nolint:nilerr // nothing is there yet; or Badger itself will say what is wrong
	}
	for i, key := range append(slices.Clone(s.keys), secret.Secret{}) { // the last: in clear
		options := registry(dir, key)
		options.ReadOnly = true
		held, err := badger.OpenKeyRegistry(options)
		switch {
		case errors.Is(err, badger.ErrEncryptionKeyMismatch):
			continue
		case err != nil, i == 0:
			return err, nil
		case i < len(s.keys):
			if err := badger.WriteKeyRegistry(held, registry(dir, s.keys[0])); err != nil {
				return nil, fmt.Errorf("change the key: %w", err)
			}
			s.log.Info().Str("dir", s.dir).Msg("state is now under the first key of state.encryption_key_file; the former one is no longer needed")
			return nil, nil
		}
		for _, folder := range []string{dir, filepath.Join(s.dir, damagedName)} {
			if err := os.RemoveAll(folder); err != nil {
				return nil, fmt.Errorf("remove what is not encrypted: %w", err)
			}
		}
		s.log.Warn().Str("dir", s.dir).Msg("state was not encrypted and was dropped; it will be rebuilt from Kafka, encrypted")
		return nil, nil
	}
	if file.Size() <= emptyRegistry { // no data key, so nothing is encrypted: the registry is no one's, or damaged
		return badger.ErrEncryptionKeyMismatch, nil
	}
	if len(s.keys) == 0 {
		return nil, errors.New("it is encrypted and state.encryption_key_file is not set: set it, or delete the folder, which is rebuilt from Kafka")
	}
	return nil, errors.New("it is encrypted with a key that state.encryption_key_file does not hold: " +
		"add the former key as a further line, or delete the folder, which is rebuilt from Kafka")
}

func registry(dir string, key secret.Secret) badger.KeyRegistryOptions {
	return badger.KeyRegistryOptions{Dir: dir, EncryptionKey: []byte(key.Reveal())}
}

// options are those of Badger: what the config says, and of an encrypted folder the key in use and the caches that Badger
// then wants. Without them it would decrypt a block, and the index of its table, for every entry in it.
func (s *Store) options(config Config, dir string) badger.Options {
	options := config.badgerOptions(dir).WithLogger(logger{s.log})
	if len(s.keys) == 0 {
		return options
	}
	return options.WithEncryptionKey([]byte(s.keys[0].Reveal())).
		WithIndexCacheSize(config.bytes() / 2).WithBlockCacheSize(config.bytes() / 2)
}
