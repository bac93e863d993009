package main

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// identities finds identities in bytes, however they are written there.
type identities struct {
	names   []string
	needles map[string][][]byte // by name: its forms, in small letters where the form knows no case
}

// least is the length from which a form is looked for: shorter ones stand in random bytes by chance.
const least = 7

// add takes an identity and thinks of the forms in which it could leak: as it is, escaped, as hex, as base32 and
// base64 at each of the places where it can begin in a longer text, as UTF-16, and as an unkeyed hash, which anybody
// who has the list of identities can undo.
func (m *identities) add(name string) string {
	if m.needles == nil {
		m.needles = map[string][][]byte{}
	}
	forms := []string{name, hex.EncodeToString([]byte(name)), url.QueryEscape(name), url.PathEscape(name),
		strings.Trim(strconv.QuoteToASCII(name), `"`), strings.Trim(string(must(json.Marshal(name))), `"`)}
	sum, old := sha256.Sum256([]byte(name)), md5.Sum([]byte(name))
	forms = append(forms, hex.EncodeToString(sum[:]), hex.EncodeToString(old[:]))
	wide := make([]byte, 0, 2*len(name))
	for _, c := range utf16.Encode([]rune(name)) {
		wide = append(wide, byte(c), byte(c>>8))
	}
	forms = append(forms, string(wide[:len(wide)-1]))
	// What stands before and behind shares a letter of the encoding with the name, so those letters are left out.
	for before := range 3 {
		padded := append(make([]byte, before), name...)
		whole := len(padded) / 3 * 3
		b := base64.StdEncoding.EncodeToString(padded[:whole])[(before*8+5)/6:]
		forms = append(forms, b, strings.NewReplacer("+", "-", "/", "_").Replace(b))
	}
	for before := range 5 {
		padded := append(make([]byte, before), name...)
		whole := len(padded) / 5 * 5
		forms = append(forms, base32.StdEncoding.EncodeToString(padded[:whole])[(before*8+4)/5:])
	}
	if len(name) < least {
		panic(name + " is too short to be told from chance")
	}
	for _, f := range forms {
		if len(f) >= least {
			m.needles[name] = append(m.needles[name], bytes.ToLower([]byte(f)))
		}
	}
	m.names = append(m.names, name)
	return name
}

// number is an identity that is sent as a number, which may come back in another notation.
func (m *identities) number(digits string) string {
	m.add(digits)
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		panic(err)
	}
	m.needles[digits] = append(m.needles[digits], []byte(strconv.FormatFloat(x, 'e', -1, 64)))
	return digits
}

// in lists the identities that stand in data in one form or another.
func (m *identities) in(data []byte) (found []string) {
	small := bytes.ToLower(data)
	for _, name := range m.names {
		for _, needle := range m.needles[name] {
			if bytes.Contains(small, needle) {
				found = append(found, name)
				break
			}
		}
	}
	return found
}

// TestMarks makes sure that the search is not blind: a test that finds nothing proves nothing else.
func TestMarks(t *testing.T) {
	var m identities
	for _, name := range []string{"ZQ-Erika Müßtermann", "ZQPATIENT0007"} {
		m.add(name)
		sum := sha256.Sum256([]byte(name))
		for what, text := range map[string]string{
			"as it is": name, "in small letters": strings.ToLower(name), "hex": hex.EncodeToString([]byte("for " + name + "!")),
			"base64": base64.StdEncoding.EncodeToString([]byte("a " + name + " b")), "base64 shifted": base64.StdEncoding.EncodeToString([]byte("ab " + name)),
			"base64 shifted twice": base64.RawURLEncoding.EncodeToString([]byte("abc " + name + "xy")),
			"base32":               base32.StdEncoding.EncodeToString([]byte("a " + name + " b")), "base32 shifted": base32.StdEncoding.EncodeToString([]byte("abc" + name)),
			"Go": strconv.QuoteToASCII(name), "URL": url.QueryEscape(name), "hash": hex.EncodeToString(sum[:]),
		} {
			if got := m.in([]byte("some " + text + " text")); len(got) != 1 || got[0] != name {
				t.Errorf("%s: %q was found in %q", what, got, text)
			}
		}
	}
	m.number("7300114711")
	if len(m.in([]byte(`{"value":7.300114711e+09}`))) != 1 || len(m.in([]byte("7300114712, ZQ-Erika"))) != 0 {
		t.Error("numbers are not told apart")
	}
}
