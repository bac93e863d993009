package formats

import (
	"errors"
	"math/bits"
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
	s, start := c.s, c.i+1
	i := start
	for len(s)-i >= 8 { // eight at a time to the first byte that needs a look
		if marks := odd(eight(s[i:])); marks != 0 {
			i += bits.TrailingZeros64(marks) / 8
			break
		}
		i += 8
	}
	for ; i < len(s); i++ {
		switch b := s[i]; {
		case b == '"':
			c.i = i + 1
			return s[start:i], nil
		case b >= utf8.RuneSelf:
			c.wide = true
		case b == '\\':
			c.i = i
			return c.escaped(s[start:i])
		case b < ' ':
			c.i = i
			return "", errControl
		}
	}
	c.i = len(s)
	return "", errOpen
}

// eight is the eight bytes at the front of s, the first one lowest.
func eight(s string) uint64 {
	s = s[:8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// odd marks, of eight bytes, the top bit of those that are a quote, a backslash, a control character or not ASCII. Above
// the first one it may mark others too, because a subtraction borrows from the next byte.
func odd(x uint64) uint64 {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	quote, slash := x^'"'*ones, x^'\\'*ones
	return (x | (x - ' '*ones) | (quote - ones) | (slash - ones)) & tops
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
			c.wide = c.wide || b >= utf8.RuneSelf
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
