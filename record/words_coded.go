package record

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
