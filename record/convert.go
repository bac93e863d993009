package record

import (
	"fmt"
	"math"
	"strconv"
)

// Apply brings a number from From to To. The zero Conversion leaves it as it is.
func (c Conversion) Apply(x float64) float64 {
	if c.Factor == 0 {
		return x
	}
	return float64(c.Factor*x) + c.Offset
}

// ApplySpread brings a difference or a standard deviation from From to To: the factor alone, without the offset.
func (c Conversion) ApplySpread(x float64) float64 {
	if c.Factor == 0 {
		return x
	}
	return c.Factor * x
}

// Convert says how numbers of the test a get from one unit to another; ok is false when they cannot. Units may
// be in any spelling. a may be nil: then only units of the same quantity convert. Factors between moles and
// grams are computed from the molar mass of the test, never tabulated.
func Convert(from, to string, a *Analyte) (c Conversion, ok bool) {
	f, other, ok1 := parseUnit(from)
	t, _, ok2 := parseUnit(to)
	if !ok1 || !ok2 {
		return Conversion{}, false
	}
	return convertEither(f, other, t, a)
}

// convertEither takes the second reading of a unit where the first does not fit.
func convertEither(f, other, t unit, a *Analyte) (Conversion, bool) {
	c, ok := convert(f, t, a)
	if !ok && other.code != "" {
		c, ok = convert(other, t, a)
	}
	return c, ok
}

// recoded is a conversion into the unit of the target, of numbers that came under the code of its twin a. Moles are the
// same of both. Grams are not where the masses differ: 40 mg/dL of urea hold 18.7 mg/dL of urea nitrogen.
func recoded(c Conversion, sent unit, a, target *Analyte) Conversion {
	if c.Factor == 0 {
		c = Conversion{From: target.Unit, To: target.Unit, Factor: 1}
	}
	if sent.num == gram && a.MolarMass != target.MolarMass {
		c.Factor *= target.MolarMass / a.MolarMass
		c.Source = fmt.Sprintf("molar masses %v and %v g/mol", target.MolarMass, a.MolarMass)
	}
	if c.Source != "" {
		c.Source += ", "
	}
	c.Source += "re-coded from LOINC " + a.LOINC
	return c
}

func convert(f, t unit, a *Analyte) (Conversion, bool) {
	c := Conversion{From: f.code, To: t.code, Factor: f.mant / t.mant, Source: "unit prefix"}
	exp := f.exp - t.exp
	switch {
	case f.code == t.code:
		return Conversion{}, true
	case f.num == t.num && f.den == t.den:
	case a == nil:
		return Conversion{}, false
	case a.AffineFrom != "" && f.code == a.AffineFrom && t.code == a.Unit:
		c.Factor, c.Offset, c.Source = a.AffineFactor, a.AffineOffset, a.AffineSource
		return c, true
	case f.den != t.den:
		return Conversion{}, false
	case f.code == "1" && (t.num == acidity || t.num == inr):
		c.Factor, exp, c.Source = 1, 0, "unit not named" // "units" of pH, a ratio
	case f.num == enzyme && t.num == iu, f.num == iu && t.num == enzyme:
		c.Source = "U and [IU] are one unit here" // of an enzyme; and analysers write either for the other
	case f.num == osmole && t.num == mole, f.num == mole && t.num == osmole:
		if a.Property != "Osmol" {
			return Conversion{}, false
		}
		c.Source = "osmoles as moles"
	default:
		factor, source := molarFactor(f.num, t.num, a)
		if factor == 0 {
			return Conversion{}, false
		}
		c.Factor *= factor
		c.Source = source
	}
	c.Factor = scale10(c.Factor, exp)
	return c, true
}

// molarFactor is the count of base units t in one base unit f, for f and t among gram, mole and equivalent;
// 0 when it is not known.
func molarFactor(f, t quantity, a *Analyte) (factor float64, source string) {
	mass := "molar mass " + strconv.FormatFloat(a.MolarMass, 'g', -1, 64) + " g/mol"
	valence := "valence " + strconv.FormatFloat(a.Valence, 'g', -1, 64)
	switch {
	case f == mole && t == gram:
		return a.MolarMass, mass
	case f == gram && t == mole && a.MolarMass != 0:
		return 1 / a.MolarMass, mass
	case a.Valence == 0:
		return 0, ""
	case f == equivalent && t == mole:
		return 1 / a.Valence, valence
	case f == mole && t == equivalent:
		return a.Valence, valence
	case f == equivalent && t == gram:
		return a.MolarMass / a.Valence, mass + ", " + valence
	case f == gram && t == equivalent && a.MolarMass != 0:
		return a.Valence / a.MolarMass, mass + ", " + valence
	}
	return 0, ""
}

// scale10 multiplies by a power of ten with one rounding only.
func scale10(x float64, exp int) float64 {
	if exp < 0 {
		return x / math.Pow10(-exp)
	}
	return x * math.Pow10(exp)
}
