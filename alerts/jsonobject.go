package alerts

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// object appends the fields of JSON objects. Keys are ours and need no escaping.
type object struct {
	dst   []byte
	first bool // nothing is in the innermost object yet
}

func (w *object) key(k string) {
	if !w.first {
		w.dst = append(w.dst, ',')
	}
	w.first = false
	w.dst = append(w.dst, '"')
	w.dst = append(w.dst, k...)
	w.dst = append(w.dst, '"', ':')
}

func (w *object) open(k string) {
	w.key(k)
	w.dst, w.first = append(w.dst, '{'), true
}

func (w *object) close() { w.dst, w.first = append(w.dst, '}'), false }

// array begins a list of objects; each of them begins with element and ends with close, and the list with end.
func (w *object) array(k string) {
	w.key(k)
	w.dst = append(w.dst, '[')
}

func (w *object) element(i int) {
	if i > 0 {
		w.dst = append(w.dst, ',')
	}
	w.dst, w.first = append(w.dst, '{'), true
}

func (w *object) end() { w.dst = append(w.dst, ']') }

func (w *object) text(k, v string) {
	w.key(k)
	w.dst = appendString(w.dst, v)
}

func (w *object) optional(k, v string) {
	if v != "" {
		w.text(k, v)
	}
}

func (w *object) integer(k string, v int64) {
	w.key(k)
	w.dst = strconv.AppendInt(w.dst, v, 10)
}

// time leaves 0 out: the time is unknown.
func (w *object) time(k string, at int64) {
	if at == 0 {
		return
	}
	w.key(k)
	w.dst = append(w.dst, '"')
	w.dst = time.Unix(0, at).UTC().AppendFormat(w.dst, time.RFC3339Nano)
	w.dst = append(w.dst, '"')
}

func (w *object) number(k string, v float64) {
	if known(v) {
		w.key(k)
		w.dst = appendNumber(w.dst, v)
	}
}

func (w *object) numbers(k string, vs []float64) {
	if len(vs) == 0 {
		return
	}
	w.key(k)
	w.dst = append(w.dst, '[')
	sep := false
	for _, v := range vs {
		if !known(v) {
			continue
		}
		if sep {
			w.dst = append(w.dst, ',')
		}
		w.dst, sep = appendNumber(w.dst, v), true
	}
	w.dst = append(w.dst, ']')
}

// appendNumber writes the shortest decimal that reads back to the same bits.
func appendNumber(dst []byte, v float64) []byte {
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}

// appendString writes s as a JSON string (RFC 8259): quotes, backslashes and control characters escaped.
// U+2028 and U+2029 are escaped too, because JavaScript once took them for line ends.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0 // of the bytes that are written as they are
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		r, n := rune(c), 1
		if c >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
			if n > 1 && r != '\u2028' && r != '\u2029' {
				i += n
				continue
			}
		}
		dst = append(dst, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case r == utf8.RuneError:
			dst = append(dst, "\uFFFD"...)
		default:
			dst = append(dst, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		}
		i += n
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
