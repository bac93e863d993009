package formats

import (
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	errControl = errors.New("a control character in a text")
	errEscape  = errors.New("a wrong escape in a text")
	errOpen    = errors.New("a text has no end")
)

// text reads a text from its opening quote to behind the closing one. Without escapes it is a slice of the
// message.
func (c *scanner) text() (string, error) {
	start := c.i + 1
	for i := start; i < len(c.s); i++ {
		switch b := c.s[i]; {
		case b == '"':
			c.i = i + 1
			return c.s[start:i], nil
		case b == '\\':
			c.i = i
			return c.escaped(c.s[start:i])
		case b < ' ':
			c.i = i
			return "", errControl
		}
	}
	c.i = len(c.s)
	return "", errOpen
}

// escaped reads the rest of a text from its first backslash on.
func (c *scanner) escaped(before string) (string, error) {
	var out strings.Builder
	out.WriteString(before)
	for c.i < len(c.s) {
		b := c.s[c.i]
		c.i++
		switch {
		case b == '"':
			return out.String(), nil
		case b < ' ':
			return "", errControl
		case b != '\\':
			out.WriteByte(b)
		default:
			r, ok := c.escape()
			if !ok {
				return "", errEscape
			}
			out.WriteRune(r)
		}
	}
	return "", errOpen
}

// escape reads what stands behind a backslash. Half a surrogate pair is no character.
func (c *scanner) escape() (rune, bool) {
	if c.i == len(c.s) {
		return 0, false
	}
	b := c.s[c.i]
	c.i++
	switch b {
	case '"', '\\', '/':
		return rune(b), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		r, ok := c.hex()
		if !ok || !utf16.IsSurrogate(r) {
			return r, ok
		}
		if !c.take('\\') || !c.take('u') {
			return 0, false
		}
		low, ok := c.hex()
		r = utf16.DecodeRune(r, low)
		return r, ok && r != utf8.RuneError
	}
	return 0, false
}

// hex reads four hexadecimal digits.
func (c *scanner) hex() (r rune, ok bool) {
	if len(c.s)-c.i < 4 {
		return 0, false
	}
	for range 4 {
		b := c.s[c.i]
		c.i++
		switch {
		case b-'0' <= 9:
			r = r<<4 | rune(b-'0')
		case b|0x20 >= 'a' && b|0x20 <= 'f':
			r = r<<4 | rune(b|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
