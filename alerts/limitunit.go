package alerts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"labwatch/record"
)

// validateUnit finds limits of a test that no number of it is ever held against: those in a unit, or under a name, in which
// none is published. They would be read, and judge nothing; and of a test that may come in several units, limits without one
// would judge them all.
func validateUnit(path, test, unit string) []error {
	if ucum, known := record.ParseUnit(unit); unit != "" && !known {
		return []error{fmt.Errorf("%s.unit: %q is no unit that labwatch knows", path, unit)}
	} else if list, err := record.Analytes(); err != nil {
		return []error{fmt.Errorf("%s.unit: %w", path, err)}
	} else if a := analyteOf(list, test); a != nil {
		return validateTabled(path, test, unit, a, analyteOf(list, a.Twin))
	} else if unit != ucum {
		return []error{fmt.Errorf("%s.unit: %q is published as %q; write it so", path, unit, ucum)}
	}
	named := NamedUnit(test)
	ucum, known := record.ParseUnit(named)
	switch local := strings.HasPrefix(test, "local:"); {
	case !local && record.CheckLOINC(LOINCOf(test)) != nil:
		return nil // is told as such
	case local && !known:
		return []error{fmt.Errorf("%s: numbers of a local code are named with their unit; write local:CODE:UNIT, such as local:%s:mg/dL", path, strings.TrimPrefix(test, "local:"))}
	case named != "" && !known:
		return []error{fmt.Errorf("%s: %q is no unit that labwatch knows", path, named)}
	case named != ucum:
		return []error{fmt.Errorf("%s: %q is published as %q; write it so", path, named, ucum)}
	case named == "" && unit == "":
		return []error{fmt.Errorf("%s.unit: is missing: LOINC %s is not in the embedded table, so its results may come in several units", path, test)}
	case named != "" && unit != "" && named != unit:
		return []error{fmt.Errorf("%s.unit: results in %q are not named %s", path, unit, test)}
	}
	return nil
}

// validateTabled is for a test of the embedded table, which holds its numbers to one unit; twin is nil where a has none.
func validateTabled(path, test, unit string, a, twin *record.Analyte) []error {
	published := cmp.Or(a.Unit, "1") // those of a qualitative test have none
	switch {
	case twin != nil:
		return []error{fmt.Errorf("%s: results of LOINC %s are published as %s in %s; give limits for that", path, a.LOINC, twin.LOINC, twin.Unit)}
	case unit != "" && unit != published:
		return []error{fmt.Errorf("%s.unit: results of LOINC %s are published in %q, not in %q", path, a.LOINC, published, unit)}
	case test != a.LOINC:
		return []error{fmt.Errorf("%s: results of LOINC %s are named without their unit; write %s", path, a.LOINC, a.LOINC)}
	}
	return nil
}

// analyteOf is the row of the embedded table for a test, nil when it holds none.
func analyteOf(list []*record.Analyte, test string) *record.Analyte {
	if i := slices.IndexFunc(list, func(a *record.Analyte) bool { return a.LOINC == LOINCOf(test) }); i >= 0 {
		return list[i]
	}
	return nil
}

// LOINCOf is the code of a test's name without the unit that may follow; of a test without one it is no LOINC.
func LOINCOf(test string) string {
	code, _, _ := strings.Cut(test, ":")
	return code
}

// NamedUnit is the unit at the end of a test's name, such as "g/L" of "2465-3:g/L"; empty where none follows.
func NamedUnit(test string) string {
	code := strings.TrimPrefix(test, "local:")
	if i := strings.LastIndexByte(code, ':'); i >= 0 {
		return code[i+1:]
	}
	return ""
}
