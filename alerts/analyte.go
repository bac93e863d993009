package alerts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"labwatch/record"
)

// subject is what a technologist calls the series of an alert: "glucose", "glucose control L2", "pH".
func subject(a *Alert) string {
	if a.Rule == RuleSilent {
		return "the device"
	}
	if label := clean(a.Label); label != "" {
		return label
	}
	if a.Kind == record.Telemetry || a.Kind == record.Event {
		return channelName(a.Series, a.Unit)
	}
	if a.Kind == record.Control {
		return strings.TrimSpace(analyte(a) + " control " + clean(level(a)))
	}
	return analyte(a)
}

// analyte is the short name of a test, else its local code, LOINC or series.
func analyte(a *Alert) string {
	for _, s := range [...]string{shortName(a.Test.Name), a.Test.Local, a.Test.LOINC, a.Series} {
		if s = clean(s); s != "" {
			return s
		}
	}
	return "the result"
}

// shortName is the component of LOINC's long name in the order of speech: "Cholesterol in HDL [Mass/volume] in
// Serum or Plasma" is "HDL cholesterol". The official name stands unaltered in the message beside it.
func shortName(long string) string {
	s, _, bracket := strings.Cut(long, " [")
	if !bracket { // "pH of Arterial blood", "INR in Platelet poor plasma by Coagulation assay"
		for _, word := range [...]string{" in ", " of ", " by "} {
			s, _, _ = strings.Cut(s, word)
		}
	}
	s, _, _ = strings.Cut(s, ",") // "Carbon dioxide, total"
	if before, after, ok := strings.Cut(s, "/"); ok && strings.HasSuffix(after, ".total") {
		s = before // "Hemoglobin A1c/Hemoglobin.total"
	}
	if before, after, ok := strings.Cut(s, " in "); ok && after == strings.ToUpper(after) {
		s = after + " " + lowerFirst(before)
	}
	if i := strings.LastIndexByte(s, '.'); i > 0 && isLower(s[i+1:]) {
		s = s[i+1:] + " " + lowerFirst(s[:i]) // "Bilirubin.total"
	}
	if strings.Contains(long, "Organism specific") {
		return s // a species keeps its capital
	}
	return lowerFirst(s)
}

// lowerFirst makes the first letter small unless the word is an abbreviation.
func lowerFirst(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	if unicode.IsLower(second) {
		return string(unicode.ToLower(first)) + s[n:]
	}
	return s
}

func isLower(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

// channelName writes a channel as words: "dissolved_oxygen_ppm" in ppm is "dissolved oxygen".
func channelName(name, unit string) string {
	words := strings.Fields(strings.ReplaceAll(clean(name), "_", " "))
	if n := len(words) - 1; n > 0 {
		u := strings.Trim(strings.ToLower(spell(unit)), "°")
		if strings.EqualFold(words[n], u) {
			words = words[:n]
		}
	}
	for i, w := range words {
		if strings.EqualFold(w, "ph") {
			words[i] = "pH"
		}
	}
	if len(words) == 0 {
		return "the reading"
	}
	return strings.Join(words, " ")
}

// level is the control level in a series such as "qc/2345-7/L2/lot 4711", empty when there is none.
func level(a *Alert) string {
	r := record.Record{Kind: record.Control, Test: a.Test, Unit: a.Unit}
	rest, ok := strings.CutPrefix(a.Series, r.Series()) // "qc/2345-7/", without level and lot
	if !ok {
		rest, ok = strings.CutPrefix(a.Series, r.Measurand())
	}
	if !ok {
		return ""
	}
	lv, _, _ := strings.Cut(rest, "/")
	return lv
}

// maxName is how many characters of a name that came with the data a sentence shows.
const maxName = 64

// clean makes a name fit for one line of text: what cannot be printed becomes a space, rows of spaces one, and a
// long name is cut.
func clean(s string) string {
	n := 0
	s = strings.Map(func(r rune) rune {
		n++
		switch {
		case n > maxName:
			return -1
		case !unicode.IsPrint(r):
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if n > maxName {
		s += "…"
	}
	return s
}
