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
		if x, n := scanNumber(trim(s[i+n:]), AnyDecimal); n > 0 {
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

// codedWord is the canonical form of a coded qualitative result, or empty. The list is short on purpose: it is
// the gate that keeps names out of the published records. Words that are common names too (Amber, Brown,
// Green, Black, White) are not on it, though they are colours of urine.
func codedWord(s string) string {
	if n := len(s); n > 1 && s[n-1] == '.' {
		s = s[:n-1]
	}
	var buf [32]byte
	switch string(upper(buf[:], s)) {
	// Presence.
	case "POSITIVE", "POS":
		return "POSITIVE"
	case "NEGATIVE", "NEG":
		return "NEGATIVE"
	case "WEAK POSITIVE", "WEAKLY POSITIVE":
		return "WEAK POSITIVE"
	case "PRESUMPTIVE POSITIVE", "PRESUMPTIVELY POSITIVE":
		return "PRESUMPTIVE POSITIVE"
	case "PRESUMPTIVE NEGATIVE", "PRESUMPTIVELY NEGATIVE":
		return "PRESUMPTIVE NEGATIVE"
	case "DETECTED":
		return "DETECTED"
	case "NOT DETECTED", "NOTDETECTED", "NONE DETECTED", "UNDETECTED":
		return "NOT DETECTED"
	case "REACTIVE":
		return "REACTIVE"
	case "WEAKLY REACTIVE":
		return "WEAKLY REACTIVE"
	case "NONREACTIVE", "NON-REACTIVE", "NON REACTIVE", "NOT REACTIVE":
		return "NONREACTIVE"
	case "PRESENT":
		return "PRESENT"
	case "ABSENT":
		return "ABSENT"
	case "NONE", "NONE SEEN", "NOT SEEN":
		return "NONE"
	case "EQUIVOCAL":
		return "EQUIVOCAL"
	case "BORDERLINE":
		return "BORDERLINE"
	case "INDETERMINATE":
		return "INDETERMINATE"
	case "INCONCLUSIVE":
		return "INCONCLUSIVE"
	case "INVALID":
		return "INVALID"
	// Amounts.
	case "TRACE", "TR":
		return "TRACE"
	case "RARE":
		return "RARE"
	case "OCCASIONAL", "OCC":
		return "OCCASIONAL"
	case "FEW":
		return "FEW"
	case "SMALL", "SM":
		return "SMALL"
	case "MODERATE", "MOD":
		return "MODERATE"
	case "MANY":
		return "MANY"
	case "LARGE", "LG", "LGE":
		return "LARGE"
	case "NUMEROUS":
		return "NUMEROUS"
	case "NO GROWTH":
		return "NO GROWTH"
	// Judgements.
	case "NORMAL":
		return "NORMAL"
	case "ABNORMAL":
		return "ABNORMAL"
	case "LOW":
		return "LOW"
	case "VERY LOW":
		return "VERY LOW"
	case "HIGH":
		return "HIGH"
	case "VERY HIGH":
		return "VERY HIGH"
	case "SUSCEPTIBLE":
		return "SUSCEPTIBLE"
	case "INTERMEDIATE":
		return "INTERMEDIATE"
	case "RESISTANT":
		return "RESISTANT"
	// Appearance.
	case "CLEAR":
		return "CLEAR"
	case "HAZY":
		return "HAZY"
	case "CLOUDY":
		return "CLOUDY"
	case "TURBID":
		return "TURBID"
	case "YELLOW":
		return "YELLOW"
	case "STRAW":
		return "STRAW"
	case "ORANGE":
		return "ORANGE"
	case "PINK":
		return "PINK"
	case "RED":
		return "RED"
	case "COLORLESS", "COLOURLESS":
		return "COLORLESS"
	// The specimen and the state of the work.
	case "ARTERIAL", "ART":
		return "ARTERIAL"
	case "VENOUS", "VEN":
		return "VENOUS"
	case "INTUBATED":
		return "INTUBATED"
	case "NOT INTUBATED":
		return "NOT INTUBATED"
	case "SPONTANEOUS":
		return "SPONTANEOUS"
	case "CONTROLLED":
		return "CONTROLLED"
	case "RANDOM":
		return "RANDOM"
	case "HOLD":
		return "HOLD"
	case "PENDING":
		return "PENDING"
	case "DONE":
		return "DONE"
	case "NOT DONE", "NOTDONE":
		return "NOT DONE"
	case "CANCELLED", "CANCELED":
		return "CANCELLED"
	case "SEE COMMENT", "SEE COMMENTS":
		return "SEE COMMENT"
	case "INSUFFICIENT", "QNS", "QUANTITY NOT SUFFICIENT":
		return "INSUFFICIENT"
	case "HEMOLYZED", "HAEMOLYSED":
		return "HEMOLYZED"
	case "CLOTTED":
		return "CLOTTED"
	case "CONTAMINATED":
		return "CONTAMINATED"
	}
	return ""
}
