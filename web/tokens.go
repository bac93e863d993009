package web

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"labwatch/secret"
)

// token is one bearer token, of which only the hash is kept.
type token struct {
	name string // of whom it was given to; in the log
	hash [sha256.Size]byte
}

// minToken is the least length of a token in clear, in bytes: sixteen random letters and digits hold some 95 bits.
const minToken = 16

// readTokens reads a token file, which only its owner and group may read.
func readTokens(path string) ([]token, error) {
	text, err := secret.ReadFile(path)
	if err != nil {
		return nil, err
	}
	tokens, err := parseTokens(text)
	if err != nil {
		return nil, fmt.Errorf("token file %q: %w", path, err)
	}
	return tokens, nil
}

// parseTokens reads lines of a name and a token, or of a name and "sha256:" with the token's hash in hex. Empty lines
// and those that begin with # are passed over. The mistakes name lines and no tokens.
func parseTokens(text string) (tokens []token, err error) {
	var errs []error
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) != 2 {
			errs = append(errs, fmt.Errorf("line %d: is not NAME TOKEN", n))
			continue
		}
		t := token{name: fields[0]}
		if digits, hashed := strings.CutPrefix(fields[1], "sha256:"); hashed {
			sum, err := hex.DecodeString(digits)
			if err != nil || len(sum) != len(t.hash) {
				errs = append(errs, fmt.Errorf("line %d: sha256: is not followed by 64 hexadecimal digits", n))
				continue
			}
			copy(t.hash[:], sum)
		} else {
			if len(fields[1]) < minToken {
				errs = append(errs, fmt.Errorf("line %d: the token is shorter than %d characters, and can be guessed", n, minToken))
				continue
			}
			t.hash = sha256.Sum256([]byte(fields[1]))
		}
		tokens = append(tokens, t)
	}
	errs = append(errs, lines.Err())
	if len(tokens) == 0 && errors.Join(errs...) == nil {
		errs = append(errs, errors.New("holds no token"))
	}
	return tokens, errors.Join(errs...)
}

// owner finds whose token a text is. It takes as long for every text: hashes are compared in constant time, and all.
func owner(tokens []token, text string) (name string, ok bool) {
	hash := sha256.Sum256([]byte(text))
	for _, t := range tokens {
		if subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1 {
			name, ok = t.name, true
		}
	}
	return name, ok
}
