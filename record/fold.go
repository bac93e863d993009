package record

import "strings"

// fold brings text as people and instruments type it to plain ASCII: full-width forms, the many hyphens,
// spaces and micro signs, superscripts, byte order marks. White space at the ends is cut. Text that is plain
// already comes back as it is, without an allocation. Letters outside ASCII stay as they are.
func fold(text string) string {
	if !ascii(text) {
		text = foldRunes(text)
	}
	return trim(text)
}

// ascii says whether no byte has its top bit set. It looks at eight at a time.
func ascii(s string) bool {
	for ; len(s) >= 8; s = s[8:] {
		if (s[0]|s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7])&0x80 != 0 {
			return false
		}
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// trim cuts blanks and control characters at both ends.
func trim(s string) string {
	for len(s) > 0 && s[0] <= ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func foldRunes(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	raised := false
	for _, r := range text {
		digit := superscript(r)
		if digit != 0 {
			// 10³ is a power, mm³ is a name.
			if s := b.String(); !raised && s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' {
				b.WriteByte('^')
			}
			b.WriteByte(digit)
			raised = true
			continue
		}
		raised = false
		foldRune(&b, r)
	}
	return b.String()
}

func foldRune(b *strings.Builder, r rune) {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E: // full-width ASCII
		b.WriteByte(byte(r - 0xFF01 + '!'))
	case r >= 0x0660 && r <= 0x0669: // Arabic-Indic digits
		b.WriteByte(byte(r - 0x0660 + '0'))
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xFE58, r == 0xFE63, r == 0x207B: // hyphens, dashes, minus
		b.WriteByte('-')
	case r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000: // spaces
		b.WriteByte(' ')
	case r >= 0x200B && r <= 0x200F, r == 0x2060, r == 0xFEFF, r == 0xAD: // zero width, byte order mark, soft hyphen
	case r == 0xB5, r == 0x3BC: // micro sign, Greek mu
		b.WriteByte('u')
	case r == 0x2264, r == 0x2A7D: // ≤ ⩽
		b.WriteString("<=")
	case r == 0x2265, r == 0x2A7E: // ≥ ⩾
		b.WriteString(">=")
	case r == 0xD7: // multiplication sign
		b.WriteByte('x')
	case r == 0x2215, r == 0x2044: // division and fraction slash
		b.WriteByte('/')
	case r == 0x2019:
		b.WriteByte('\'')
	default:
		b.WriteRune(r)
	}
}

// superscript is the ASCII digit of a raised one, or 0.
func superscript(r rune) byte {
	switch {
	case r == 0xB9:
		return '1'
	case r == 0xB2 || r == 0xB3:
		return byte(r-0xB2) + '2'
	case r == 0x2070 || r >= 0x2074 && r <= 0x2079:
		return byte(r-0x2070) + '0'
	}
	return 0
}

// upper writes s in capitals into buf, blanks collapsed to one, and returns what it wrote; empty when s does
// not fit. It serves look-ups of short words without an allocation.
func upper(buf []byte, s string) []byte {
	n := 0
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c == ' ' && n > 0 && buf[n-1] == ' ' {
			continue
		}
		if n == len(buf) {
			return nil
		}
		buf[n] = c
		n++
	}
	return buf[:n]
}
