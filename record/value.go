package record

import "strings"

// ParseValue reads a value as laboratories write it. What is not surely a number never becomes one: a text is
// a Text, a bound keeps its comparator, and marks such as "-----", "NaN" or "#ERROR!" are NoValue. Words are
// kept only when they are on a list of coded results; other text could hold a name and is dropped. The rule
// for commas stands at Decimal; "1,234" is refused.
func ParseValue(text string) Value {
	v, _ := parseValue(text, AnyDecimal)
	return v
}

// parseValue also says whether some of the text was dropped, such as the words behind
// "GREATER THAN 30, DILUTION AVAILABLE UPON REQUEST".
func parseValue(text string, dec Decimal) (v Value, dropped bool) {
	s := fold(text)
	if s == "" {
		return Value{}, false
	}
	if c, n := comparator(s); n > 0 {
		return parseBound(trim(s[n:]), c, dec)
	}
	x, n := scanNumber(s, dec)
	if n == 0 {
		return parseWord(s)
	}
	rest := s[n:]
	switch {
	case rest == "" || isFlag(trim(rest)):
		return Value{Kind: Number, Number: x}, false
	case rest == "+" && n == 1 && x > 0:
		return Value{Kind: Grade, Number: x}, false
	case trim(rest)[0] == ':':
		if y, ok := reciprocal(s); ok {
			return Value{Kind: Titre, Number: y}, false
		}
	default:
		if high, ok := upperEnd(rest, dec); ok && high >= x {
			return Value{Kind: Range, Number: x, High: high}, false
		}
	}
	return Value{Kind: Text}, true
}

// parseBound reads what stands behind a comparator. Text behind the number is dropped, unless it belongs to the number.
func parseBound(s, comparator string, dec Decimal) (Value, bool) {
	if y, ok := reciprocal(s); ok {
		return Value{Kind: Titre, Comparator: comparator, Number: y}, false
	}
	x, n := scanNumber(s, dec)
	if n == 0 {
		return Value{Kind: Text}, true
	}
	v := Value{Kind: Bound, Comparator: comparator, Number: x}
	if comparator == "=" {
		v = Value{Kind: Number, Number: x}
	}
	rest := s[n:]
	switch {
	case rest == "" || isFlag(trim(rest)):
		return v, false
	case v.Kind == Bound && strings.IndexByte(" ,;(\t\r\n", rest[0]) >= 0 && !continued(rest):
		return v, true
	}
	return Value{Kind: Text}, true
}

// comparator finds the comparator that s begins with, as a sign or in words, and its length.
func comparator(s string) (string, int) {
	switch s[0] {
	case '<', '>', '=':
		if len(s) > 1 {
			switch s[:2] {
			case "<=", "=<":
				return "<=", 2
			case ">=", "=>":
				return ">=", 2
			}
		}
		return s[:1], 1
	}
	if s[0] < 'A' {
		return "", 0
	}
	for _, w := range [...]struct{ words, sign string }{
		{"LESS THAN OR EQUAL TO ", "<="}, {"LESS THAN ", "<"}, {"BELOW ", "<"},
		{"GREATER THAN OR EQUAL TO ", ">="}, {"GREATER THAN ", ">"}, {"MORE THAN ", ">"}, {"ABOVE ", ">"},
	} {
		if hasPrefixFold(s, w.words) {
			return w.sign, len(w.words)
		}
	}
	return "", 0
}

// hasPrefixFold says whether s begins with the capitals of prefix, in any case.
func hasPrefixFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := s[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

// reciprocal reads a titre "1:320" as 320.
func reciprocal(s string) (float64, bool) {
	if len(s) < 3 || s[0] != '1' {
		return 0, false
	}
	s = trim(s[1:])
	if s == "" || s[0] != ':' {
		return 0, false
	}
	s = trim(s[1:])
	x, n := scanNumber(s, DecimalPoint) // dilutions are whole numbers, so a comma parts thousands
	return x, n > 0 && n == len(s) && x >= 1 && x == float64(int64(x))
}

// upperEnd reads the "-2" of a range "0-2", also "- 2" and "to 2".
func upperEnd(s string, dec Decimal) (float64, bool) {
	s = trim(s)
	switch {
	case s[0] == '-':
		s = trim(s[1:])
	case hasPrefixFold(s, "TO "):
		s = trim(s[3:])
	default:
		return 0, false
	}
	if s == "" || s[0] == '-' || s[0] == '+' {
		return 0, false
	}
	x, n := scanNumber(s, dec)
	return x, n > 0 && n == len(s)
}

// isFlag knows the abnormal flags that instruments write behind a number (HL7 table 0078, ASTM E1394 R-7).
func isFlag(s string) bool {
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' {
		s = s[1 : len(s)-1]
	}
	switch s {
	case "H", "L", "HH", "LL", "N", "A", "AA", "h", "l", "n", "a", "*", "**", "!", "!!":
		return true
	}
	return false
}
