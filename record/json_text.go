package record

import "unicode/utf8"

// plain says whether all bytes of s stand for themselves in a JSON string. Most texts are plain, so eight bytes are looked
// at in one go; the last ones may overlap those before.
func plain(s string) bool {
	n := len(s)
	switch {
	case n >= 8:
		for i := 0; i < n-8; i += 8 {
			if !plainWord(eight(s[i:])) {
				return false
			}
		}
		return plainWord(eight(s[n-8:]))
	case n >= 4:
		return plainWord(four(s) | four(s[n-4:])<<32)
	case n > 0:
		return plainWord(uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16 | 0x2020202020<<24)
	}
	return true
}

// eight and four are the first bytes of s as one number.
func eight(s string) uint64 { return four(s) | four(s[4:])<<32 }

func four(s string) uint64 {
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// plainWord is plain for eight bytes.
func plainWord(x uint64) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	quote, slash := x^'"'*ones, x^'\\'*ones
	// The top bit of a byte is set if it is one of: below the blank, from 0x7f on, a quote, a backslash. A borrow may set
	// it in a byte above such a one too, which does no harm.
	return (x|(x+ones)|(x-' '*ones)|(quote-ones)|(slash-ones))&tops == 0
}

// appendEscaped writes s and the quote that ends it as a JSON string (RFC 8259): quotes, backslashes and control
// characters escaped. U+2028 and U+2029 are escaped too, because JavaScript once took them for line ends.
func appendEscaped(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ' || r == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		case r == '\u2028' || r == '\u2029':
			dst = append(dst, '\\', 'u', '2', '0', '2', hex[r&15])
		default:
			dst = utf8.AppendRune(dst, r) // RuneError for a byte that is not UTF-8
		}
	}
	return append(dst, '"')
}
