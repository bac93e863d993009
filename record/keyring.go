package record

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// minKey is the least length of a key, in bytes: the output of the hash that it feeds.
const minKey = 32

// Keyring holds the secret keys from which tokens and seals are made. Patients and technicians have separate
// keys, so that one may be given out without the other. It is immutable and may be shared.
//
// The tokens are pseudonyms, not anonymous data: whoever holds the keys can test a guess.
type Keyring struct {
	id                  string // of the keys in use; part of every token
	patient, technician []byte
	older               []*Keyring // former keys, to open what they sealed
}

// LoadKeyring reads a key file, which others than its owner and group must not read, and only its owner write. The group
// may read: Kubernetes mounts secrets for the pod's group. Its form is that of ParseKeyring.
func LoadKeyring(path string) (*Keyring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at key file: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o027 != 0 {
		return nil, fmt.Errorf("key file %q has mode %v: it must be a file that others cannot read and only its owner can write (chmod 600)", path, info.Mode())
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	k, err := ParseKeyring(data)
	if err != nil {
		return nil, fmt.Errorf("key file %q: %w", path, err)
	}
	return k, nil
}

// NewEphemeralKeyring makes keys that nobody knows, for a demo: tokens of one run cannot be joined with those
// of another. Its key id is "ephemeral".
func NewEphemeralKeyring(random io.Reader) (*Keyring, error) {
	keys := make([]byte, 2*minKey)
	if _, err := io.ReadFull(random, keys); err != nil {
		return nil, fmt.Errorf("make ephemeral keys: %w", err)
	}
	return newKeyring("ephemeral", keys[:minKey], keys[minKey:])
}

func newKeyring(id string, patient, technician []byte) (*Keyring, error) {
	if err := checkKeyID(id); err != nil {
		return nil, err
	}
	switch {
	case len(patient) < minKey:
		return nil, fmt.Errorf("patient key of %s has %d bytes, at least %d are needed", quoteKeyID(id), len(patient), minKey)
	case len(technician) < minKey:
		return nil, fmt.Errorf("technician key of %s has %d bytes, at least %d are needed", quoteKeyID(id), len(technician), minKey)
	case subtle.ConstantTimeCompare(patient, technician) == 1:
		return nil, fmt.Errorf("patient and technician keys of %s are equal, they must differ", quoteKeyID(id))
	case constant(patient), constant(technician):
		return nil, fmt.Errorf("a key of %s is one byte repeated, it must be random", quoteKeyID(id))
	}
	return &Keyring{id: id, patient: patient, technician: technician}, nil
}

// checkKeyID keeps the id short and free of the dot that parts a token. Its errors do not quote what is no id.
func checkKeyID(id string) error {
	if id == "" || len(id) > 32 {
		return errors.New("a key id has 1 to 32 characters")
	}
	for i := range len(id) {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return errors.New("a key id has lower-case letters, digits, - and _ only")
		}
	}
	return nil
}

// quoteKeyID is the id as errors show it. One that could be a piece of a key is not shown: 16 characters or more
// without a - or _, while names and dates are shorter or hyphened.
func quoteKeyID(id string) string {
	if len(id) >= 16 && !strings.ContainsAny(id, "-_") {
		return fmt.Sprintf("an id of %d characters", len(id))
	}
	return strconv.Quote(id)
}

// constant says whether all bytes are the same, as in a key file that was only a sketch.
func constant(key []byte) bool {
	for _, b := range key {
		if b != key[0] {
			return false
		}
	}
	return true
}

// ID is the id of the keys in use.
func (k *Keyring) ID() string { return k.id }

// Fingerprint tells two keyrings apart in a log and gives nothing else away: 64 bits derived from both keys.
func (k *Keyring) Fingerprint() string {
	mac := hmac.New(sha256.New, k.derive("labwatch fingerprint"))
	mac.Write([]byte(k.id))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// derive makes a key of its own for each purpose out of both keys (HKDF, RFC 5869).
func (k *Keyring) derive(purpose string) []byte {
	secret := append(append([]byte{}, k.patient...), k.technician...)
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, 32)
	if err != nil { // only for lengths beyond 255 hashes
		panic(err)
	}
	return key
}
