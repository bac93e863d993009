package record

import "strings"

// quantity is the kind of thing that one side of a unit counts. Only units whose sides agree convert into each
// other by a plain factor; moles and grams need the molar mass of the test as well.
type quantity uint8

const (
	one        quantity = iota // a pure number or a count
	gram                       // mass, g
	gramFEU                    // fibrinogen equivalent units: about twice the D-dimer units, never mixed
	gramDDU                    // D-dimer units
	mole                       // amount, mol
	equivalent                 // charge, eq; moles by the valence
	osmole                     // osmoles
	litre                      // volume, L
	enzyme                     // catalytic activity, U (1 µmol/min)
	iu                         // international units; what one is depends on the test
	ehrlich                    // Ehrlich units of urobilinogen
	metre                      // length, m
	second                     // time, s
	bsaSecond                  // time and standard body surface 1.73 m²
	pascal                     // pressure, Pa
	celsius                    // temperature, °C
	acidity                    // pH
	inr                        // international normalised ratio
	highField                  // microscope field, high power
	lowField                   // microscope field, low power
	wbc                        // 100 white cells
	colony                     // colony-forming units
	copies                     // copies of a nucleic acid
	molar                      // mol/mol in lower place: kept apart from percent
)

// unit is a parsed unit: its UCUM code and its size, mant × 10^exp of the base quantities num/den.
type unit struct {
	code     string
	num, den quantity
	exp      int
	mant     float64
}

// ParseUnit brings a unit's spelling to its UCUM code, such as "MG/DL" to "mg/dL" and "K/uL" to "10*3/uL".
// The table of spellings is ours and covers what clinical analysers send; ok is false for anything else.
// An empty text is not a unit. "G/L" is read as giga per litre, 10*9/L.
func ParseUnit(text string) (ucum string, ok bool) {
	u, _, ok := parseUnit(text)
	return u.code, ok
}

// parseUnit also gives a second reading for the few spellings that have two, such as "G/L"; its code is empty
// when there is none.
func parseUnit(text string) (u, other unit, ok bool) {
	if len(text) > 40 {
		return unit{}, unit{}, false
	}
	folded := fold(text)
	switch folded { // molar, told from metres by the capital only
	case "mM", "uM", "nM", "pM":
		folded = folded[:1] + "mol/L"
	}
	key, note := unitKey(folded)
	if key == "" {
		return unit{}, unit{}, false
	}
	if key == "g/l" && strings.HasPrefix(folded, "G") { // giga, or gram from a system that knows capitals only
		giga, _ := composeUnit("10*9/l")
		g, _ := composeUnit(key)
		return giga, g, true
	}
	u, ok = composeUnit(key)
	if u.num == gram && note != "" {
		u.code += "{" + strings.ToUpper(note) + "}"
		u.num = gramFEU
		if note == "ddu" {
			u.num = gramDDU
		}
	}
	return u, unit{}, ok
}

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

// composeUnit reads numerator and denominator, each from the table of its atoms.
func composeUnit(key string) (unit, bool) {
	key = wholeSpelling(key)
	upper, lower, divided := strings.Cut(key, "/")
	n, ok := numerator(upper, divided)
	if !ok {
		return unit{}, false
	}
	if !divided {
		n.mant = mantissa(n.mant)
		return n, n.code != ""
	}
	d, ok := denominator(lower)
	if !ok {
		return unit{}, false
	}
	u := unit{
		code: n.code + "/" + d.code, num: n.num, den: d.num,
		exp: n.exp - d.exp, mant: mantissa(n.mant) / mantissa(d.mant),
	}
	switch {
	case u.num == litre && u.den == litre: // a volume fraction is a pure number
		u.num, u.den = one, one
	case u.num == mole && u.den == mole: // mmol/mol of HbA1c is no percent
		u.den = molar
	}
	return u, true
}

// mantissa is 1 where the table leaves it out.
func mantissa(m float64) float64 {
	if m == 0 {
		return 1
	}
	return m
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
