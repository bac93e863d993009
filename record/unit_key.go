package record

import "strings"

// unitKey drops what tells no units apart: case, blanks, brackets, annotations; and writes powers of ten one
// way. Annotations that do tell units apart, FEU and DDU of D-dimer, come back as note.
func unitKey(s string) (key, note string) {
	s = strings.ToLower(s)
	var b strings.Builder
	depth := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == '(' && b.Len() == 2 && b.String() == "10": // 10(3)
			b.WriteByte('*')
		case depth > 0, c <= ' ', c == '[', c == ']', c == '(', c == ')', c == '\'':
		default:
			b.WriteByte(c)
		}
	}
	key = b.String()
	switch {
	case strings.Contains(s, "log"): // a logarithm is no count: {Log_copies}/mL
		return "", ""
	case strings.Contains(s, "feu"):
		return strings.TrimSuffix(key, "feu"), "feu"
	case strings.Contains(s, "ddu"):
		return strings.TrimSuffix(key, "ddu"), "ddu"
	case strings.Contains(s, "{inr}"):
		return "inr", ""
	case strings.Contains(s, "{ehrlich"):
		return "eu" + key, ""
	case strings.Contains(s, "{cfu}"):
		return "cfu" + key, ""
	case strings.Contains(s, "{copies}"):
		return "copies" + key, ""
	case strings.Contains(s, "min/{1.73_m2}"):
		return key + "1.73m2", ""
	case key == "" && depth == 0 && s != "":
		return "1", ""
	}
	return powerOfTen(key), ""
}

// powerOfTen rewrites x10^3, 10e3, 10**3, 10x3 and 1000 in front of a unit as 10*3.
func powerOfTen(key string) string {
	s := strings.TrimLeft(key, "x*")
	if strings.HasPrefix(s, "1000000/") {
		return "10*6/" + s[8:]
	}
	if strings.HasPrefix(s, "1000/") {
		return "10*3/" + s[5:]
	}
	if !strings.HasPrefix(s, "10") {
		return key
	}
	rest := strings.TrimLeft(s[2:], "^*ex")
	if rest == s[2:] || rest == "" || rest[0] < '0' || rest[0] > '9' {
		return key
	}
	return "10*" + rest
}

// wholeSpelling knows spellings that cannot be taken apart.
func wholeSpelling(key string) string {
	switch key {
	case "mmoll":
		return "mmol/l"
	case "umoll":
		return "umol/l"
	case "nmoll":
		return "nmol/l"
	case "pmoll":
		return "pmol/l"
	case "meql":
		return "meq/l"
	case "mgdl", "mg%", "mg/100ml":
		return "mg/dl"
	case "gdl", "g%", "gm%", "g/100ml":
		return "g/dl"
	case "mgl":
		return "mg/l"
	case "ngml":
		return "ng/ml"
	case "pgml":
		return "pg/ml"
	case "ugdl":
		return "ug/dl"
	case "iul":
		return "iu/l"
	case "ml/min/1.73", "ml/min/1.73m2", "ml/min/1.73m^2", "ml/min/1.73qm", "ml/min/1.73_m2", "ml/min/bsa":
		return "ml/minbsa"
	}
	return key
}
