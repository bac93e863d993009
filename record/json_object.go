package record

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// object appends the members of JSON objects and lists. Keys are ours and need no escaping.
type object struct {
	dst   []byte
	first bool // nothing is in the innermost object or list yet
}

func (w *object) comma() {
	if !w.first {
		w.dst = append(w.dst, ',')
	}
	w.first = false
}

func (w *object) key(k string) {
	if w.first {
		w.dst, w.first = append(w.dst, '"'), false
	} else {
		w.dst = append(w.dst, ',', '"')
	}
	w.dst = append(w.dst, k...)
	w.dst = append(w.dst, '"', ':')
}

func (w *object) open(k string) {
	w.key(k)
	w.dst, w.first = append(w.dst, '{'), true
}

func (w *object) close() { w.dst, w.first = append(w.dst, '}'), false }

func (w *object) list(k string) {
	w.key(k)
	w.dst, w.first = append(w.dst, '['), true
}

func (w *object) endList() { w.dst, w.first = append(w.dst, ']'), false }

// element opens an object in a list.
func (w *object) element() {
	w.comma()
	w.dst, w.first = append(w.dst, '{'), true
}

// item is a text in a list.
func (w *object) item(v string) {
	w.comma()
	w.dst = appendString(w.dst, v)
}

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

func (w *object) boolean(k string, v bool) {
	w.key(k)
	w.dst = strconv.AppendBool(w.dst, v)
}

// number leaves out what JSON cannot hold: NaN, which stands for a number that is not there, and infinities.
// It writes the shortest decimal that reads back to the same bits.
func (w *object) number(k string, v float64) {
	if !finite(v) {
		return
	}
	w.key(k)
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	w.dst = strconv.AppendFloat(w.dst, v, format, -1, 64)
}

// figure is a number of a statistic: six significant digits are more than it has, and half the bytes.
func (w *object) figure(k string, v float64) {
	if !finite(v) {
		return
	}
	w.key(k)
	w.dst = strconv.AppendFloat(w.dst, v, 'g', 6, 64)
}

// time leaves out 0: the time is unknown.
func (w *object) time(k string, at int64) {
	if at == 0 {
		return
	}
	w.key(k)
	w.dst = append(w.dst, '"')
	w.dst = time.Unix(0, at).UTC().AppendFormat(w.dst, time.RFC3339Nano)
	w.dst = append(w.dst, '"')
}

// plainASCII are the bytes that stand for themselves in a JSON string.
var plainASCII = func() (plain [256]bool) {
	for c := byte(' '); c < 0x7f; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// appendString writes s as a JSON string (RFC 8259): quotes, backslashes and control characters escaped.
// U+2028 and U+2029 are escaped too, because JavaScript once took them for line ends.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0 // start of what needs no escape and is not yet written
	for i := 0; i < len(s); {
		c := s[i]
		if plainASCII[c] {
			i++
			continue
		}
		r, n := rune(c), 1
		if c >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		dst = append(dst, s[plain:i]...)
		i += n
		plain = i
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
	return append(append(dst, s[plain:]...), '"')
}
