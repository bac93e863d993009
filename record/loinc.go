package record

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
)

// LOINCNotice must stand wherever the codes and names of the embedded table are shown (LOINC licence, section 10).
const LOINCNotice = `This material contains content from LOINC (http://loinc.org). LOINC is copyright © 1995-2024, ` +
	`Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is ` +
	`available at no cost under the license at http://loinc.org/license. LOINC® is a registered United States ` +
	`trademark of Regenstrief Institute, Inc.`

// loincCSV is our table of common tests. Code and name are LOINC's, unaltered; the other columns are ours.
//
//go:embed loinc.csv
var loincCSV string

// Analyte is one row of the table of common tests. Limits are in Unit, NaN when there are none.
type Analyte struct {
	LOINC, Name string
	Property    string  // LOINC's property, such as MCnc (mass concentration) or NCnc (number concentration)
	Unit        string  // UCUM; numbers of the test are published in it; empty for qualitative tests
	MolarMass   float64 // g/mol by which moles become grams, 0 when unknown; of urea nitrogen it is that of N2
	Valence     float64 // charges a mole, 0 when unknown
	Twin        string  // LOINC of the same test in the unit that labwatch publishes, else empty
	// A conversion into Unit that no molar mass gives, as of HbA1c: AffineFactor*x + AffineOffset for x in AffineFrom.
	AffineFrom                 string
	AffineFactor, AffineOffset float64
	AffineSource               string
	PlausibleLow               float64 // outside the plausible limits a number is a mistake, not an illness
	PlausibleHigh              float64
	CriticalLow, CriticalHigh  float64 // examples from published lists; off until a laboratory switches them on
	Source                     string
	unit                       unit // Unit, parsed
}

var loincColumns = []string{"loinc", "name", "property", "unit", "molar_mass", "valence", "twin", "affine_from",
	"affine_factor", "affine_offset", "affine_source", "plausible_low", "plausible_high", "critical_low", "critical_high", "source"}

// tabled holds, by the LOINC codes of the embedded table, the code under which numbers with a unit are published: its own, or
// that of the twin. It is made when it is first asked for, and never changed.
var tabled = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	list, _ := Analytes() // NewMapping tells of a defect, before there is a record
	for _, a := range list {
		codes[a.LOINC] = cmp.Or(a.Twin, a.LOINC)
	}
	return codes
})

// Analytes reads the embedded table, in its order. An error is a defect of the build.
func Analytes() ([]*Analyte, error) {
	rows, err := csv.NewReader(strings.NewReader(loincCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read embedded LOINC table: %w", err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != strings.Join(loincColumns, ",") {
		return nil, fmt.Errorf("read embedded LOINC table: unexpected columns")
	}
	list := make([]*Analyte, 0, len(rows)-1)
	for i, row := range rows[1:] {
		a, err := newAnalyte(row)
		if err != nil {
			return nil, fmt.Errorf("read embedded LOINC table, row %d: %w", i+2, err)
		}
		list = append(list, a)
	}
	return list, nil
}

func newAnalyte(row []string) (*Analyte, error) {
	a := &Analyte{LOINC: row[0], Name: row[1], Property: row[2], Unit: row[3], Twin: row[6], AffineFrom: row[7], AffineSource: row[10], Source: row[15]}
	if err := CheckLOINC(a.LOINC); err != nil {
		return nil, err
	}
	if a.Twin != "" {
		if err := CheckLOINC(a.Twin); err != nil {
			return nil, err
		}
	}
	if a.Unit != "" {
		u, _, ok := parseUnit(a.Unit)
		if !ok || u.code != a.Unit {
			return nil, fmt.Errorf("%s: unit %q is not a code of ours", a.LOINC, a.Unit)
		}
		a.unit = u
	}
	for i, f := range []struct {
		dst   *float64
		blank float64
	}{
		{&a.MolarMass, 0}, {&a.Valence, 0}, {}, {}, {&a.AffineFactor, 0}, {&a.AffineOffset, 0}, {},
		{&a.PlausibleLow, math.NaN()}, {&a.PlausibleHigh, math.NaN()}, {&a.CriticalLow, math.NaN()}, {&a.CriticalHigh, math.NaN()},
	} {
		if f.dst == nil {
			continue
		}
		*f.dst = f.blank
		if text := row[4+i]; text != "" {
			x, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, fmt.Errorf("%s: column %s: %q is not a number", a.LOINC, loincColumns[4+i], text)
			}
			*f.dst = x
		}
	}
	return a, nil
}

// CheckLOINC says what is wrong with a LOINC code: its form, or its check digit (modulus 10 after Luhn, LOINC
// Users' Guide, appendix on the check digit).
func CheckLOINC(code string) error {
	n := len(code) - 2
	if n < 1 || n > 7 || code[n] != '-' {
		return fmt.Errorf("%q has not the form of a LOINC code, digits-digit", code)
	}
	sum := 0
	for i := range len(code) {
		if i == n {
			continue
		}
		d := int(code[i] - '0')
		if d < 0 || d > 9 {
			return fmt.Errorf("%q has not the form of a LOINC code, digits-digit", code)
		}
		if i < n && (n-i)%2 == 1 { // every second digit before the dash, from the right
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		if i < n {
			sum += d
		}
	}
	if want := byte('0' + (10-sum%10)%10); code[n+1] != want {
		return fmt.Errorf("LOINC %q has a wrong check digit: %c expected", code, want)
	}
	return nil
}
