package alerts

import (
	"fmt"
	"slices"

	"labwatch/record"
)

// validateUnit finds the unit of a test's limits in which no number of the test is ever published. Such limits would be
// read, and judge nothing.
func validateUnit(path, test, unit string) []error {
	if unit == "" {
		return nil
	}
	ucum, known := record.ParseUnit(unit)
	if !known {
		return []error{fmt.Errorf("%s.unit: %q is no unit that labwatch knows; leave it out for a number without one", path, unit)}
	}
	analytes, err := record.Analytes()
	if err != nil {
		return []error{fmt.Errorf("%s.unit: %w", path, err)}
	}
	of := func(code string) *record.Analyte {
		if i := slices.IndexFunc(analytes, func(a *record.Analyte) bool { return a.LOINC == code }); i >= 0 {
			return analytes[i]
		}
		return nil
	}
	switch a := of(test); {
	case a != nil && a.Twin != "":
		return []error{fmt.Errorf("%s: results of LOINC %s are published as %s in %s; give limits for that", path, test, a.Twin, of(a.Twin).Unit)}
	case a != nil && a.Unit != "" && a.Unit != unit:
		return []error{fmt.Errorf("%s.unit: results of LOINC %s are published in %q, not in %q", path, test, a.Unit, unit)}
	case ucum != unit:
		return []error{fmt.Errorf("%s.unit: %q is published as %q; write it so", path, unit, ucum)}
	}
	return nil
}
