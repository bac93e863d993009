package record

// parseWord reads what holds no number: a mark that there is no value, a coded word, or other text. Behind a
// coded word a comment may follow after a comma or semicolon; it is dropped, but for a bound in it.
func parseWord(s string) (v Value, dropped bool) {
	if isBlankMark(s) {
		return Value{}, false
	}
	if plus := plusSigns(s); plus > 0 {
		return Value{Kind: Grade, Number: float64(plus)}, false
	}
	if w := codedWord(s); w != "" {
		return Value{Kind: Text, Text: w}, false
	}
	for i := range len(s) {
		if s[i] != ',' && s[i] != ';' {
			continue
		}
		v = Value{Kind: Text, Text: codedWord(trim(s[:i]))}
		if v.Text != "" {
			v.Comparator, v.Number = boundWithin(s[i+1:])
		}
		return v, true
	}
	return Value{Kind: Text}, true
}

// boundWithin finds the first bound in a comment, such as ">450" in "TITER IS >450 MIU/ML". Its unit is the
// comment's, so the number stays as it is and is judged by nobody.
func boundWithin(s string) (sign string, x float64) {
	for i := range len(s) {
		if s[i] != '<' && s[i] != '>' {
			continue
		}
		sign, n := comparator(s[i:])
		behind := trim(s[i+n:])
		if x, n := scanNumber(behind, AnyDecimal); n > 0 && !continued(behind[n:]) {
			return sign, x
		}
		return "", 0
	}
	return "", 0
}

// plusSigns counts the signs of "+++"; 0 when there is anything else or more than four.
func plusSigns(s string) int {
	for i := range len(s) {
		if s[i] != '+' {
			return 0
		}
	}
	if len(s) > 4 {
		return 0
	}
	return len(s)
}

// isBlankMark knows what instruments and spreadsheets write where they have no value.
func isBlankMark(s string) bool {
	marks := true
	for i := range len(s) {
		switch s[i] {
		case '-', '*', '.', '_', '?', '#', '/', ' ':
		default:
			marks = false
		}
	}
	if marks {
		return true
	}
	var buf [12]byte
	switch string(upper(buf[:], s)) {
	case "NAN", "INF", "+INF", "-INF", "INFINITY", "+INFINITY", "-INFINITY", "NULL", "NIL", "N/A", "NA", "(NULL)",
		"#ERROR!", "#ERROR", "#N/A", "#VALUE!", "#DIV/0!", "#NUM!", "#REF!", "ERROR", "ERR":
		return true
	}
	return false
}
