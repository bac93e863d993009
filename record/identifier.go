package record

// identifier is the number of a patient or of a reading as it was sent, without blanks at its ends; empty where a program
// wrote a mark because it had none. Taken for a number, NULL would be one patient with all results of the unknown, who
// counts once in a series and day, and one reading that repeats itself.
func identifier(text string) string {
	s := trim(text)
	if isNone(s) {
		return ""
	}
	return s
}

// name is likewise that of a device, a facility or a technician. What may be a short name or initials remains one: a
// sodium analyser NA is not refused, and whoever does not know a device and calls it UNKNOWN has its readings published.
func name(text string) string {
	s := identifier(text)
	if s != "" {
		return s
	}
	var buf [8]byte
	s = trim(text)
	switch string(upper(buf[:], s)) {
	case "NA", "INF", "INFINITY", "ERR", "ERROR", "UNKNOWN":
		return s
	}
	return ""
}

// isNone knows what databases, programs and HL7 write where an identifier is missing: the marks of values that are
// missing, and some that are a result as a value. NONE is one, and "" deletes one.
func isNone(s string) bool {
	if s == "" || digit(s[len(s)-1:]) { // most numbers, and no mark
		return s == ""
	}
	var buf [12]byte
	switch string(upper(buf[:], s)) {
	case `""`, `''`, `\N`, "NONE", "UNDEFINED", "UNKNOWN", "[NULL]", "<NULL>":
		return true
	}
	return isBlankMark(s)
}
