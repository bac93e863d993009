package record

import "strconv"

// Decimal says which sign parts the whole from the fraction in the numbers of a site.
type Decimal uint8

// The readings of a comma. They differ only for numbers such as "1,234", one comma with one to three digits
// before and three behind: that is 1234 in Boston and 1.234 in Berlin. Everything else reads one way only.
const (
	AnyDecimal   Decimal = 0 // "1,234" is refused, because both guesses are wrong by a factor of 1000 somewhere
	DecimalPoint Decimal = 1 // "1,234" is 1234
	DecimalComma Decimal = 2 // "1,234" is 1.234
)

// maxNumeral is the longest numeral that is read as a number, in bytes.
const maxNumeral = 40

// scanNumber reads the number that s begins with and says how many bytes it took; 0 when there is none, when
// its commas and points make no sense, or when it does not fit a float64. Hexadecimal, infinities and
// numbers too small to tell from zero are none.
//
// One comma is a decimal comma ("5,6", "0,250"), except as described at Decimal. Several commas or points
// part thousands and must leave groups of three ("1,234,567", "1.234.567"). Of both kinds the last one is the
// decimal sign ("1,234.5", "1.234,5").
func scanNumber(s string, dec Decimal) (x float64, n int) {
	start := 0
	if start < len(s) && (s[start] == '+' || s[start] == '-') {
		start++
	}
	end, digits, points, commas := start, 0, 0, 0
	whole, behind := uint64(0), 0 // the digits as one number; how many of them stand behind the point
	for ; end < len(s); end++ {
		switch c := s[end]; {
		case c >= '0' && c <= '9':
			digits++
			behind += points
			whole = whole*10 + uint64(c-'0')
			continue
		case c == '.':
			points++
			continue
		case c == ',' && end+1 < len(s) && s[end+1] >= '0' && s[end+1] <= '9':
			commas++
			continue
		}
		break
	}
	if digits == 0 || end > maxNumeral {
		return 0, 0
	}
	mantissa := s[start:end]
	exponent := exponent(s[end:])
	if digits <= exactDigits && points <= 1 && commas == 0 && exponent == 0 {
		return exactNumber(s[0] == '-', whole, behind), end
	}
	end += exponent
	if end > maxNumeral {
		return 0, 0
	}
	if points > 1 || commas > 0 {
		return scanGrouped(s, start, start+len(mantissa), end, dec)
	}
	x, err := strconv.ParseFloat(s[:end], 64)
	if err != nil || vanished(x, mantissa) {
		return 0, 0
	}
	return x, end
}

// exactDigits are so few that they make a whole number which a float64 holds exactly, as it does the powers of ten up to
// the same. The quotient of two exact numbers is rounded once, which is what reading a numeral means (W. D. Clinger, How
// to read floating point numbers accurately, PLDI 1990).
const exactDigits = 15

var powersOfTen = [exactDigits + 1]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// exactNumber is whole with its last digits behind the point.
func exactNumber(negative bool, whole uint64, behind int) float64 {
	x := float64(whole) / powersOfTen[behind]
	if negative {
		return -x
	}
	return x
}

// exponent is the length of the exponent that s begins with, 0 when there is none.
func exponent(s string) int {
	if len(s) < 2 || s[0]|0x20 != 'e' {
		return 0
	}
	i := 1
	if s[i] == '+' || s[i] == '-' {
		i++
	}
	first := i
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == first {
		return 0
	}
	return i
}

// vanished says that a numeral which is not zero became zero.
func vanished(x float64, mantissa string) bool {
	if x != 0 {
		return false
	}
	for i := range len(mantissa) {
		if c := mantissa[i]; c >= '1' && c <= '9' {
			return true
		}
	}
	return false
}

// scanGrouped reads s[:end], whose mantissa s[start:stop] holds commas or several points.
func scanGrouped(s string, start, stop, end int, dec Decimal) (float64, int) {
	sign := decimalSign(s[start:stop], dec)
	if sign == refused {
		return 0, 0
	}
	var buf [maxNumeral]byte
	n := copy(buf[:], s[:start])
	group, groups := 0, 0 // digits since the last separator, separators so far
	fraction := false
	for i := start; i < stop; i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			group++
			buf[n] = c
			n++
			continue
		case fraction, groups > 0 && group != 3, groups == 0 && (group == 0 || group > 3) && c != sign:
			return 0, 0
		case c == sign:
			fraction = true
			buf[n] = '.'
			n++
		default:
			groups++
		}
		group = 0
	}
	if !fraction && group != 3 {
		return 0, 0
	}
	n += copy(buf[n:], s[stop:end])
	x, err := strconv.ParseFloat(string(buf[:n]), 64)
	if err != nil || vanished(x, s[start:stop]) {
		return 0, 0
	}
	return x, end
}

const refused = 1 // returned by decimalSign for a numeral that could mean two things

// decimalSign finds which character of the mantissa is the decimal sign; 0 when it has none.
func decimalSign(m string, dec Decimal) byte {
	commas, points, last := 0, 0, -1
	for i := range len(m) {
		switch m[i] {
		case ',':
			commas, last = commas+1, i
		case '.':
			points, last = points+1, i
		}
	}
	switch {
	case commas > 0 && points > 0:
		return m[last]
	case commas != 1:
		return 0 // only thousands are parted
	}
	ambiguous := len(m)-last == 4 && last >= 1 && last <= 3 && m[0] != '0'
	switch {
	case !ambiguous || dec == DecimalComma:
		return ','
	case dec == DecimalPoint:
		return 0
	}
	return refused
}
