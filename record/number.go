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
	tail := exponent(s[end:])
	if digits <= exactDigits && points <= 1 && commas == 0 && tail == 0 {
		return exactNumber(s[0] == '-', whole, behind), end
	}
	end += tail
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
