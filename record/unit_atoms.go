package record

import "strconv"

// numerator reads the upper side of a unit. The keys are lower-case; the codes are UCUM's.
func numerator(key string, divided bool) (unit, bool) {
	if divided {
		switch key { // counts; alone these letters mean something else or nothing
		case "", "#", "cell", "cells", "count", "counts", "cnt", "wbc", "wbcs", "1":
			return unit{}, true
		case "k", "th", "thou", "thousand", "thousands", "tsd", "tsd.", "10*3#", "10*3cells":
			return unit{code: "10*3", exp: 3}, true
		case "m", "mil", "mio", "mio.", "mill", "mill.", "million", "millions", "10*6cells":
			return unit{code: "10*6", exp: 6}, true
		case "gpt", "giga", "bill":
			return unit{code: "10*9", exp: 9}, true
		case "t", "tpt", "tera":
			return unit{code: "10*12", exp: 12}, true
		}
		if len(key) > 3 && key[:3] == "10*" {
			n, err := strconv.Atoi(key[3:])
			return unit{code: key, exp: n}, err == nil && n >= 1 && n <= 15
		}
	}
	switch key {
	case "units", "unit":
		if divided {
			return unit{code: "U", num: enzyme}, true
		}
		return unit{code: "1"}, true // "units" of pH and of ratios
	case "u", "e":
		return unit{code: "U", num: enzyme}, true
	case "mu":
		return unit{code: "mU", num: enzyme, exp: -3}, true
	case "uu":
		return unit{code: "uU", num: enzyme, exp: -6}, true
	case "ku":
		return unit{code: "kU", num: enzyme, exp: 3}, true
	case "iu", "ie":
		return unit{code: "[IU]", num: iu}, true
	case "miu", "mie":
		return unit{code: "m[IU]", num: iu, exp: -3}, true
	case "uiu", "mciu", "uie":
		return unit{code: "u[IU]", num: iu, exp: -6}, true
	case "kiu", "kie":
		return unit{code: "k[IU]", num: iu, exp: 3}, true
	case "kat": // 1 kat = 1 mol/s = 6·10^7 U
		return unit{code: "kat", num: enzyme, exp: 7, mant: 6}, true
	case "mkat":
		return unit{code: "mkat", num: enzyme, exp: 4, mant: 6}, true
	case "ukat": // 60 U
		return unit{code: "ukat", num: enzyme, exp: 1, mant: 6}, true
	case "nkat":
		return unit{code: "nkat", num: enzyme, exp: -2, mant: 6}, true
	case "eu":
		return unit{code: "{Ehrlich'U}", num: ehrlich}, true
	case "cfu", "kbe":
		return unit{code: "{CFU}", num: colony}, true
	case "copies", "copy", "cp", "cps":
		return unit{code: "{copies}", num: copies}, true
	case "%", "pct", "percent", "percentage":
		return unit{code: "%", exp: -2}, true
	case "1", "ratio", "index", "none", "fraction", "score":
		return unit{code: "1"}, true
	case "ph", "phunits", "phunit":
		return unit{code: "[pH]", num: acidity}, true
	case "inr":
		return unit{code: "{INR}", num: inr}, true
	case "pa":
		return unit{code: "Pa", num: pascal}, true
	case "hpa":
		return unit{code: "hPa", num: pascal, exp: 2}, true
	case "kpa":
		return unit{code: "kPa", num: pascal, exp: 3}, true
	case "mbar":
		return unit{code: "mbar", num: pascal, exp: 2}, true
	case "mmhg", "torr": // conventional millimetre of mercury, ISO 80000-4: 133.322387415 Pa
		return unit{code: "mm[Hg]", num: pascal, mant: 133.322387415}, true
	case "cmh2o": // 98.0665 Pa by definition
		return unit{code: "cm[H2O]", num: pascal, mant: 98.0665}, true
	case "cel", "c", "degc", "\u00b0c": // c/mL is copies, which some write so, or nothing
		return unit{code: "Cel", num: celsius}, !divided
	case "m":
		return unit{code: "m", num: metre}, true
	case "cm":
		return unit{code: "cm", num: metre, exp: -2}, true
	case "mm":
		return unit{code: "mm", num: metre, exp: -3}, true
	}
	if u, ok := amount(key); ok {
		return u, true
	}
	if u, ok := volume(key); ok {
		return u, true
	}
	return span(key)
}

// denominator reads the lower side of a unit.
func denominator(key string) (unit, bool) {
	switch key {
	case "hpf":
		return unit{code: "[HPF]", num: highField}, true
	case "lpf":
		return unit{code: "[LPF]", num: lowField}, true
	case "100", "100wbc", "100wbcs", "100leuk":
		return unit{code: "100{WBCs}", num: wbc}, true
	case "24h", "24hr", "24hrs", "24.h":
		return unit{code: "d", num: second, exp: 1, mant: 8640}, true
	case "minbsa":
		return unit{code: "min/{1.73_m2}", num: bsaSecond, mant: 60}, true
	}
	if u, ok := volume(key); ok {
		return u, true
	}
	if u, ok := span(key); ok {
		return u, true
	}
	u, ok := amount(key)
	return u, ok && (u.num == gram || u.num == mole)
}

// amount reads masses, moles, equivalents and osmoles.
func amount(key string) (unit, bool) {
	exp, code := 0, ""
	switch key {
	case "kg":
		exp, code = 3, "kg"
	case "g", "gm", "gr", "gram", "grams":
		exp, code = 0, "g"
	case "mg":
		exp, code = -3, "mg"
	case "ug", "mcg":
		exp, code = -6, "ug"
	case "ng":
		exp, code = -9, "ng"
	case "pg":
		exp, code = -12, "pg"
	case "fg":
		exp, code = -15, "fg"
	}
	if code != "" {
		return unit{code: code, num: gram, exp: exp}, true
	}
	switch key {
	case "mol":
		return unit{code: "mol", num: mole}, true
	case "mmol", "mmols":
		return unit{code: "mmol", num: mole, exp: -3}, true
	case "umol", "mcmol":
		return unit{code: "umol", num: mole, exp: -6}, true
	case "nmol":
		return unit{code: "nmol", num: mole, exp: -9}, true
	case "pmol":
		return unit{code: "pmol", num: mole, exp: -12}, true
	case "fmol":
		return unit{code: "fmol", num: mole, exp: -15}, true
	case "eq", "val":
		return unit{code: "eq", num: equivalent}, true
	case "meq", "mval":
		return unit{code: "meq", num: equivalent, exp: -3}, true
	case "ueq":
		return unit{code: "ueq", num: equivalent, exp: -6}, true
	case "osm":
		return unit{code: "osm", num: osmole}, true
	case "mosm", "mosmol":
		return unit{code: "mosm", num: osmole, exp: -3}, true
	}
	return unit{}, false
}

// volume reads litres.
func volume(key string) (unit, bool) {
	switch key {
	case "l", "liter", "litre":
		return unit{code: "L", num: litre}, true
	case "dl", "100ml":
		return unit{code: "dL", num: litre, exp: -1}, true
	case "ml", "cc":
		return unit{code: "mL", num: litre, exp: -3}, true
	case "ul", "mcl", "mm3", "mm^3", "cmm", "cumm":
		return unit{code: "uL", num: litre, exp: -6}, true
	case "nl":
		return unit{code: "nL", num: litre, exp: -9}, true
	case "pl":
		return unit{code: "pL", num: litre, exp: -12}, true
	case "fl":
		return unit{code: "fL", num: litre, exp: -15}, true
	}
	return unit{}, false
}

// span reads times.
func span(key string) (unit, bool) {
	switch key {
	case "s", "sec", "sec.", "secs", "second", "seconds":
		return unit{code: "s", num: second}, true
	case "ms", "msec":
		return unit{code: "ms", num: second, exp: -3}, true
	case "min", "minute", "minutes":
		return unit{code: "min", num: second, exp: 1, mant: 6}, true
	case "h", "hr", "hrs", "hour", "hours":
		return unit{code: "h", num: second, exp: 2, mant: 36}, true
	case "d", "day", "days":
		return unit{code: "d", num: second, exp: 1, mant: 8640}, true
	}
	return unit{}, false
}
