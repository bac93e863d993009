package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// sealVersion is the first byte of a sealed payload: AES-256-GCM, the nonce as described at Seal.
const sealVersion = 1

const nonceSize = 12

// Sealer encrypts payloads that were set aside: they may hold names. It may be shared.
type Sealer struct {
	keyID  string
	aead   cipher.AEAD
	nonces []byte // key of the HMAC that makes nonces
	older  []*Sealer
}

// Sealer prepares the keys for sealing, which are derived from those of the keyring.
func (k *Keyring) Sealer() (*Sealer, error) {
	block, err := aes.NewCipher(k.derive("labwatch seal: encryption"))
	if err != nil {
		return nil, fmt.Errorf("prepare seal: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("prepare seal: %w", err)
	}
	s := &Sealer{keyID: k.id, aead: aead, nonces: k.derive("labwatch seal: nonces")}
	for _, old := range k.older {
		o, err := old.Sealer()
		if err != nil {
			return nil, err
		}
		s.older = append(s.older, o)
	}
	return s, nil
}

// Seal encrypts the payload of the message at origin. The same message gives the same bytes, so that a record
// that is worked twice is set aside twice alike. The nonce is therefore no counter and no random number but the
// first 96 bits of HMAC-SHA-256(nonce key, origin 0 payload), as in synthetic-IV schemes (RFC 5297 has the
// idea): a nonce repeats only for the same origin and payload, where the ciphertext repeats as well and shows
// nothing new, or by chance, with a probability below 10^-9 for 10^10 sealed messages.
// The form is version, length of the key id, key id, nonce, ciphertext and tag; what stands before the
// ciphertext is authenticated.
func (s *Sealer) Seal(origin Origin, payload []byte) []byte {
	mac := hmac.New(sha256.New, s.nonces)
	head := append([]byte(origin.Topic), 0)
	head = binary.BigEndian.AppendUint32(head, uint32(origin.Partition))
	head = binary.BigEndian.AppendUint64(head, uint64(origin.Offset))
	head = binary.BigEndian.AppendUint32(head, uint32(origin.Index))
	mac.Write(append(head, 0))
	mac.Write(payload)
	out := make([]byte, 0, 2+len(s.keyID)+nonceSize+len(payload)+s.aead.Overhead())
	out = append(append(out, sealVersion, byte(len(s.keyID))), s.keyID...)
	out = append(out, mac.Sum(nil)[:nonceSize]...)
	return s.aead.Seal(out, out[len(out)-nonceSize:], payload, out)
}

// Open decrypts what Seal made, with the keys in use or older ones of the same keyring.
func (s *Sealer) Open(sealed []byte) ([]byte, error) {
	if len(sealed) < 2 || len(sealed) < 2+int(sealed[1])+nonceSize {
		return nil, errors.New("open sealed payload: too short")
	}
	if sealed[0] != sealVersion {
		return nil, fmt.Errorf("open sealed payload: version %d, this labwatch knows %d", sealed[0], sealVersion)
	}
	body := 2 + int(sealed[1])
	keyID := string(sealed[2:body])
	for _, with := range append([]*Sealer{s}, s.older...) {
		if with.keyID != keyID {
			continue
		}
		head := sealed[:body+nonceSize]
		payload, err := with.aead.Open(nil, head[body:], sealed[len(head):], head)
		if err != nil {
			return nil, fmt.Errorf("open payload sealed with key %q: %w", keyID, err)
		}
		return payload, nil
	}
	return nil, fmt.Errorf("open sealed payload: no key %q in the keyring", keyID)
}
