package record

// continued says whether a number goes on in what stands behind it, so that by itself it is not what was meant: thousands
// parted by blanks ("> 10 000"), a power ("<5 x 10^3"), a range ("<1 - 2"), a fraction, or a logarithm ("<1.30 log
// copies"). As a bound it would be wrong by 1000 or more, and critical.
func continued(rest string) bool {
	s := trim(rest)
	if s == "" {
		return false
	}
	if digit(s) {
		return true // only behind blanks: the number took its own
	}
	if s[0] == '(' { // "<5 (x10^3/uL)", but not "> 500 (2nd run)"
		s = trim(s[1:])
	}
	for _, word := range [...]string{"LOG", "THOUSAND", "TSD", "MILLION", "MIO", "BILLION"} {
		if hasPrefixFold(s, word) && !letter(s[len(word):]) {
			return true
		}
	}
	for _, sign := range [...]string{"X", "*", "^", "·", "-", ":", ".", "'", "E", "E+", "E-", "TO "} {
		if hasPrefixFold(s, sign) && digit(trim(s[len(sign):])) {
			return true
		}
	}
	return false
}

// digit says whether s begins with one, letter whether with a letter of ASCII.
func digit(s string) bool  { return s != "" && s[0]-'0' <= 9 }
func letter(s string) bool { return s != "" && s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z' }
