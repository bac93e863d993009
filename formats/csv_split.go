package formats

import (
	"errors"
	"strings"
)

var (
	errUnclosed = errors.New("a quoted field has no end")
	errBehind   = errors.New("something stands behind a quoted field")
)

// splitRow appends the fields of the first row of s that is not blank and gives what is left behind it. The row is
// nil when there is none.
func splitRow(dst []string, s string) (row []string, rest string, err error) {
	for {
		n, _ := rowEnd(s)
		if n == 0 {
			return nil, "", nil
		}
		line, left := trimLineEnd(s[:n]), s[n:]
		if strings.TrimSpace(line) == "" {
			s = left
			continue
		}
		if len(line) > maxRow {
			return nil, "", ErrTooLarge
		}
		row, err = splitFields(dst, line)
		return row, left, err
	}
}

func splitFields(dst []string, line string) ([]string, error) {
	for {
		if len(dst) == maxColumns {
			return nil, ErrTooLarge
		}
		if !strings.HasPrefix(line, `"`) {
			field, rest, more := strings.Cut(line, ",")
			dst = append(dst, field)
			if !more {
				return dst, nil
			}
			line = rest
			continue
		}
		n := quotedEnd(line)
		if n < 0 {
			return nil, errUnclosed
		}
		field := line[1 : n-1]
		if strings.Contains(field, `"`) {
			field = strings.ReplaceAll(field, `""`, `"`)
		}
		dst = append(dst, field)
		if n == len(line) {
			return dst, nil
		}
		if line[n] != ',' {
			return nil, errBehind
		}
		line = line[n+1:]
	}
}

// quotedEnd is the length of the quoted field that s begins with, -1 if it has no end.
func quotedEnd(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 == len(s) || s[i+1] != '"' {
			return i + 1
		}
		i++
	}
	return -1
}

// rowEnd is the length of the first row of s with its line end, which within quotes ends nothing. It is not closed
// if s ends within quotes.
func rowEnd[text string | []byte](s text) (n int, closed bool) {
	quoted, start := false, true // start: a field begins
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b == '"' && (start || quoted):
			quoted = !quoted // a doubled quote closes and opens again
			start = quoted || i+1 < len(s) && s[i+1] == '"'
		case quoted:
		case b == '\n':
			return i + 1, true
		default:
			start = b == ','
		}
	}
	return len(s), !quoted
}

func trimLineEnd(s string) string {
	s = strings.TrimSuffix(s, "\n")
	return strings.TrimSuffix(s, "\r")
}
