package record

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// String is the word used in the published form.
func (k ValueKind) String() string {
	switch k {
	case Number:
		return "number"
	case Bound:
		return "bound"
	case Range:
		return "range"
	case Titre:
		return "titre"
	case Grade:
		return "grade"
	case Text:
		return "text"
	}
	return "none"
}

// The fields below are left out when they hold nothing. name stands with its comma, quotes and colon.

func appendStringField(dst []byte, name, s string) []byte {
	if s == "" {
		return dst
	}
	return appendString(append(dst, name...), s)
}

func appendIntField(dst []byte, name string, x int64) []byte {
	return strconv.AppendInt(append(dst, name...), x, 10)
}

func appendNumberField(dst []byte, name string, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return dst
	}
	return appendNumber(append(dst, name...), x)
}

// appendNumber writes the shortest numeral that reads back as x, without an exponent where people would write none.
func appendNumber(dst []byte, x float64) []byte {
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e15) {
		return strconv.AppendFloat(dst, x, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, x, 'f', -1, 64)
}

func appendTimeField(dst []byte, name string, ns int64) []byte {
	if ns == 0 {
		return dst
	}
	dst = append(append(dst, name...), '"')
	dst = appendTime(dst, ns)
	return append(dst, '"')
}

// appendTime writes nanoseconds since 1970 in RFC 3339, in UTC, the fraction as short as it goes.
func appendTime(dst []byte, ns int64) []byte {
	days, rest := floorDiv(ns, 86400e9)
	year, month, day := civilFromDays(days)
	second := int(rest / 1e9)
	dst = appendPadded(dst, year/100)
	dst = append(appendPadded(dst, year%100), '-')
	dst = append(appendPadded(dst, month), '-')
	dst = append(appendPadded(dst, day), 'T')
	dst = append(appendPadded(dst, second/3600), ':')
	dst = append(appendPadded(dst, second/60%60), ':')
	dst = appendPadded(dst, second%60)
	if frac := int(rest % 1e9); frac != 0 {
		dst = append(dst, '.')
		for scale := 100_000_000; frac > 0; scale /= 10 {
			dst = append(dst, byte('0'+frac/scale))
			frac %= scale
		}
	}
	return append(dst, 'Z')
}

// appendSiteClock writes hour and weekday as the site's clock showed them.
func appendSiteClock(dst []byte, ns int64, offset int32) []byte {
	days, rest := floorDiv(ns+int64(offset)*1e9, 86400e9)
	dst = appendIntField(dst, `,"hour":`, rest/3600e9)
	_, weekday := floorDiv(days+3, 7) // 1970-01-01 was a Thursday; 0 is Monday
	dst = append(dst, `,"weekday":"`...)
	dst = append(dst, [...]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}[weekday]...)
	return append(dst, '"')
}

func floorDiv(x, y int64) (quotient, rest int64) {
	quotient, rest = x/y, x%y
	if rest < 0 {
		return quotient - 1, rest + y
	}
	return quotient, rest
}

// civilFromDays is the inverse of daysFromCivil.
func civilFromDays(days int64) (year, month, day int) {
	z := int(days) + 719468 // days since 0000-03-01
	era, d := z/146097, z%146097
	y := (d - d/1460 + d/36524 - d/146096) / 365
	d -= 365*y + y/4 - y/100
	m := (5*d + 2) / 153
	year, month, day = era*400+y, m+3, d-(153*m+2)/5+1
	if month > 12 {
		return year + 1, month - 12, day
	}
	return year, month, day
}

func appendPadded(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// appendFlags writes the names of the set flags as a list; opening is its name and bracket.
func appendFlags(dst []byte, opening string, f Flag) []byte {
	dst = append(dst, opening...)
	for i, name := range flagNames {
		if f&(1<<i) == 0 {
			continue
		}
		if dst[len(dst)-1] != '[' {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), name...), '"')
	}
	return append(dst, ']')
}

// appendString writes s in quotes and escapes what JSON must not hold, and the line separators that break
// JavaScript.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || size > 1) && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
		}
		dst = appendEscape(append(dst, s[start:i]...), r)
		i += size
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case utf8.RuneError:
		return append(dst, "\ufffd"...)
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
