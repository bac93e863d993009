package alerts

import "strings"

// spell writes a UCUM unit as people do: "10*3/uL" is "10³/µL", "Cel" is "°C", "[pH]" is nothing.
// What it does not know it leaves as it is.
func spell(ucum string) string {
	var b strings.Builder
	for rest := ucum; rest != ""; {
		end := strings.IndexAny(rest, "/.{")
		if end == 0 {
			if rest[0] == '{' {
				rest = annotation(&b, rest)
				continue
			}
			if rest[0] == '.' {
				b.WriteString("·")
			} else {
				b.WriteByte('/')
			}
			rest = rest[1:]
			continue
		}
		if end < 0 {
			end = len(rest)
		}
		b.WriteString(spellAtom(rest[:end]))
		rest = rest[end:]
	}
	return b.String()
}

// annotation writes the text in braces that rest begins with, and returns what follows it.
func annotation(b *strings.Builder, rest string) string {
	text, after, found := strings.Cut(rest[1:], "}")
	if !found {
		b.WriteString(rest)
		return ""
	}
	if text == "ratio" {
		return after
	}
	if s := b.String(); s != "" && !strings.HasSuffix(s, "/") {
		b.WriteByte(' ') // ng/mL{FEU}
	}
	b.WriteString(text)
	return after
}

// spellAtom writes one unit with its prefix and exponent.
func spellAtom(atom string) string {
	switch atom {
	case "1", "[pH]":
		return ""
	case "Cel":
		return "°C"
	case "[degF]":
		return "°F"
	case "u", "Torr": // no prefix
		return atom
	}
	if power, ok := strings.CutPrefix(atom, "10*"); ok {
		return "10" + superscript(power)
	}
	micro := strings.HasPrefix(atom, "u")
	if micro {
		atom = atom[1:]
	}
	for _, r := range [...][2]string{{"[iU]", "IU"}, {"[IU]", "IU"}, {"osm", "Osm"}, {"[", ""}, {"]", ""}} {
		atom = strings.Replace(atom, r[0], r[1], 1)
	}
	if before, ok := strings.CutSuffix(atom, "eq"); ok {
		atom = before + "Eq"
	}
	if micro {
		atom = "µ" + atom
	}
	return atom
}

// superscript raises digits.
func superscript(digits string) string {
	return strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷",
		"8", "⁸", "9", "⁹", "-", "⁻").Replace(digits)
}
