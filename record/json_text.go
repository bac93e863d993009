package record

import "unicode/utf8"

// plainASCII are the bytes that stand for themselves in a JSON string.
var plainASCII = func() (plain [256]bool) {
	for c := byte(' '); c < 0x7f; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// plainLength is how many bytes at the front of s stand for themselves: most texts are plain to their end, so eight
// bytes are looked at in one go.
func plainLength(s string) (n int) {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for len(s)-n >= 8 {
		c := s[n : n+8]
		x := uint64(c[0]) | uint64(c[1])<<8 | uint64(c[2])<<16 | uint64(c[3])<<24 |
			uint64(c[4])<<32 | uint64(c[5])<<40 | uint64(c[6])<<48 | uint64(c[7])<<56
		quote, slash := x^'"'*ones, x^'\\'*ones
		// The top bit of a byte is set if it is one of: below the blank, from 0x7f on, a quote, a backslash. A borrow
		// may set it in a byte above such a one too, which does no harm: the bytes are then looked at one by one.
		if (x|(x+ones)|(x-' '*ones)|(quote-ones)|(slash-ones))&tops != 0 {
			break
		}
		n += 8
	}
	for n < len(s) && plainASCII[s[n]] {
		n++
	}
	return n
}

// appendString writes s as a JSON string (RFC 8259): quotes, backslashes and control characters escaped.
// U+2028 and U+2029 are escaped too, because JavaScript once took them for line ends.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for {
		n := plainLength(s)
		dst = append(dst, s[:n]...)
		if n == len(s) {
			return append(dst, '"')
		}
		s = s[n:]
		c := s[0]
		r, n := rune(c), 1
		if c >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s)
		}
		s = s[n:]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < utf8.RuneSelf:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case r == '\u2028' || r == '\u2029':
			dst = append(dst, '\\', 'u', '2', '0', '2', hex[r&15])
		default:
			dst = utf8.AppendRune(dst, r) // RuneError for a byte that is not UTF-8
		}
	}
}
