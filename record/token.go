package record

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"hash"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// tokenBytes is how much of the HMAC a token carries: 128 bits, so that among 10^9 persons two share a token
// with a probability of 10^-21.
const tokenBytes = 16

// tokenizer makes tokens. Its hash states are reused, so it serves one goroutine.
type tokenizer struct {
	keyID   string
	purpose string // "patient" or "technician"
	mac     hash.Hash
	buf     []byte
	cache   tokenCache
}

func newTokenizer(keyID, purpose string, key []byte) *tokenizer {
	return &tokenizer{keyID: keyID, purpose: purpose, mac: hmac.New(sha256.New, key), cache: newTokenCache()}
}

// tokenAlphabet is base32 in small letters, which survives systems that ignore case.
var tokenAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// token is p1.<key id>.<base32 of HMAC-SHA-256(key, purpose 0 facility 0 id)>. The id is taken in Unicode's
// normal form C, without blanks at the ends, in capitals; the facility is part, because two hospitals number
// their patients alike. An empty id has no token.
func (t *tokenizer) token(facility, id string) string {
	if id == "" {
		return ""
	}
	key := t.cache.key(facility, id)
	place := t.cache.place(key)
	if place.key != key || place.token == "" {
		place.key, place.token = key, t.make(facility, id)
	}
	return place.token
}

func (t *tokenizer) make(facility, id string) string {
	t.buf = append(append(append(append(t.buf[:0], t.purpose...), 0), facility...), 0)
	start := len(t.buf)
	t.buf = appendCanonicalID(t.buf, id)
	if len(t.buf) == start {
		return ""
	}
	t.mac.Reset()
	t.mac.Write(t.buf)
	t.buf = t.mac.Sum(t.buf[:0])
	var space [3 + 32 + 1 + 26]byte // p1., the longest key id, a dot, 128 bits in base32
	out := append(append(append(space[:0], "p1."...), t.keyID...), '.')
	out = tokenAlphabet.AppendEncode(out, t.buf[:tokenBytes])
	clear(t.buf[:cap(t.buf)])
	return string(out)
}

// appendCanonicalID brings an identifier to the one form in which it is hashed.
func appendCanonicalID(dst []byte, id string) []byte {
	id = trim(id)
	for i := range len(id) {
		if id[i] >= utf8.RuneSelf {
			id = norm.NFC.String(strings.ToUpper(norm.NFC.String(strings.TrimSpace(id))))
			return append(dst, id...)
		}
	}
	for i := range len(id) {
		c := id[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// PatientToken is the token under which a patient of a facility is published. It serves tools and tests; the
// standardizer makes its own.
func (k *Keyring) PatientToken(facility, id string) string {
	return newTokenizer(k.id, "patient", k.patient).token(facility, id)
}

// TechnicianToken is likewise of a technician.
func (k *Keyring) TechnicianToken(facility, id string) string {
	return newTokenizer(k.id, "technician", k.technician).token(facility, id)
}
