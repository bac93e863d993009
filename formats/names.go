package formats

import "strings"

// channelNames remembers of which names it was asked, because messages name their channels again and again. What
// isChannel says depends on the name alone, so remembering changes nothing.
type channelNames map[string]bool

// maxNames are remembered at most, of up to maxName bytes each.
const maxNames, maxName = 1024, 64

func (c *channelNames) has(name string) bool {
	if known, ok := (*c)[name]; ok {
		return known
	}
	known := isChannel(name)
	if len(*c) < maxNames && len(name) <= maxName {
		if *c == nil {
			*c = channelNames{}
		}
		(*c)[strings.Clone(name)] = known // the text belongs to the message
	}
	return known
}

// isChannel says whether a member of a telemetry message that is no field is a channel. Names of things and of
// people are none, even where they are numbers: a number would be published. A name is taken word by word, so that
// PATIENT_ID, PatientId and "patient id" are one, and humid ends in no id. A name in doubt is none: whoever means a
// channel puts it under channels, or gives it another name in columns.
func isChannel(name string) bool {
	var buf [longestWord]byte
	words, thing, bar := 0, name == "", false
	for i := 0; i < len(name); {
		n, digits, end := nextWord(&buf, name, i)
		if i = end; n == 0 {
			continue
		}
		word := string(buf[:n]) // stays here, so it is not allocated
		if ofPerson(word) {
			return false
		}
		words++
		thing = endsName(word) || words == 1 && isThing(word) || words > 1 && !digits && endsLongName(word) || bar && word == "code"
		bar = word == "bar"
	}
	return !thing
}

// ofPerson knows the words that make any name one of a person or of a visit.
func ofPerson(word string) bool {
	switch stem(word) {
	case "mrn", "ssn", "dob", "nurse", "doctor", "physician", "employee", "badge", "phone", "telephone", "fax", "visit", "encounter":
		return true
	}
	for _, p := range [...]string{"patient", "technician", "operator", "user", "birth", "accession"} {
		if strings.HasPrefix(word, p) { // patientid, operators, birthdate
			return true
		}
	}
	return strings.HasSuffix(word, "patient") || strings.HasSuffix(word, "birth")
}

// endsName knows the last words of names of things and people. In front of others they are no harm: specimen_temp.
func endsName(word string) bool {
	switch word {
	case "id", "number", "name", "date", "timestamp":
		return true
	}
	switch stem(word) {
	case "serial", "barcode", "specimen", "subject", "person", "tech", "pat", "pid": // pid with a suffix; heater_pid is none
		return true
	}
	return false
}

// endsLongName knows the last words that are channels when they stand alone, as NO, or with digits, as no2.
func endsLongName(word string) bool { return word == "no" || word == "nr" || word == "by" }

// isThing knows names of one word. Controllers have a pid_output.
func isThing(word string) bool {
	switch word {
	case "pid", "batch", "model", "firmware", "version", "location", "message", "comment", "comments", "note", "notes", "schema", "type":
		return true
	}
	return false
}

// stem is a word without what people write behind it in one: mrnno, visitnumber, techid.
func stem(word string) string {
	switch word[len(word)-1] {
	case 'd', 'r', 'o', 'e':
		for _, end := range [...]string{"id", "number", "nr", "no", "name", "date"} {
			if s, found := strings.CutSuffix(word, end); found {
				return s
			}
		}
	}
	return word
}

// longestWord bounds the words that are looked at, in bytes; the rest of a longer one is left out.
const longestWord = 24

// nextWord writes the next word from i on into buf, in small letters and without digits at its end, and returns its
// length, whether there were such digits, and where the word ends. Words are parted by what is neither letter nor
// digit and by capitals.
func nextWord(buf *[longestWord]byte, name string, i int) (n int, digits bool, end int) {
	for i < len(name) && !inWord(name[i]) {
		i++
	}
	for start := i; i < len(name) && inWord(name[i]) && (i == start || !begins(name, i)); i++ {
		if n < len(buf) {
			buf[n] = name[i]
			if capital(name[i]) {
				buf[n] |= 0x20
			}
			n++
		}
	}
	for n > 0 && buf[n-1] <= '9' {
		n, digits = n-1, true
	}
	return n, digits, i
}

// begins says whether a word begins at a capital within one: Patient|ID, PID|Output, but not tempC or DoB.
func begins(name string, i int) bool {
	if !capital(name[i]) || i+1 == len(name) || name[i+1] < 'A' || !inWord(name[i+1]) {
		return false
	}
	return !capital(name[i-1]) || !capital(name[i+1])
}

func capital(c byte) bool { return c >= 'A' && c <= 'Z' }

func inWord(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }
