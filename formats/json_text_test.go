package formats

import (
	"errors"
	"strings"
	"testing"
)

// Every byte is seen at every place of a text of every length, whether what is read eight at a time ends before it or not.
func TestTextSeesEveryByte(t *testing.T) {
	for n := range 21 {
		for _, around := range []string{"n", " ", "!", "~"} { // behind a backslash an n is a line end, the others are wrong
			for at := range n + 1 {
				for b := range 256 {
					inner := []byte(strings.Repeat(around, n))
					if at < n {
						inner[at] = byte(b)
					}
					for _, behind := range []string{``, `"`, `",`, `":"12345678"`} {
						s := `"` + string(inner) + behind
						c := scanner{s: s}
						got, err := c.text()
						want, end, wide, wantErr := textByBytes(s)
						if got != want || !errors.Is(err, wantErr) || c.i != end || c.wide != wide {
							t.Fatalf("%q is read as %q to byte %d, wide %t, %v; want %q to byte %d, wide %t, %v", s, got, c.i, c.wide, err, want, end, wide, wantErr)
						}
					}
					if at == n {
						break // no byte was changed
					}
				}
			}
		}
	}
}

// textByBytes is scanner.text, one byte at a time, for texts in which nothing but a quote, a backslash or an n is escaped.
func textByBytes(s string) (text string, end int, wide bool, err error) {
	for i := 1; i < len(s); i++ {
		switch b := s[i]; {
		case b == '"':
			return text, i + 1, wide, nil
		case b < ' ':
			return "", i, wide, errControl
		case b == '\\':
			if i++; i == len(s) || !strings.ContainsRune(`"\n`, rune(s[i])) {
				return "", min(i+1, len(s)), wide, errEscape
			}
			text += map[byte]string{'"': `"`, '\\': `\`, 'n': "\n"}[s[i]]
		default:
			wide = wide || b >= 0x80
			text += string([]byte{b})
		}
	}
	return "", len(s), wide, errOpen
}
