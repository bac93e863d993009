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
