package record

import (
	_ "embed"
	"fmt"
	"io"
	"math"
	"strings"
)

// codesCSV holds common local codes, so that labwatch works before a site has written its own mapping.
//
//go:embed codes.csv
var codesCSV string

// Mapping knows what the local codes of a site mean. It begins with the embedded codes and the LOINC codes of
// the embedded table; the site's own rows go before both. It is filled at start and only read afterwards.
type Mapping struct {
	analytes map[string]*Analyte
	codes    map[string]*mapped     // by local code
	byDevice map[deviceCode]*mapped // rows that hold for one device only; they go first
	folded   map[deviceCode]*mapped // site rows by code without case and blanks, to find look-alikes
	// outside is, by a LOINC that the table does not hold, the first row that names a unit: in which all publish it.
	outside  map[string]mapped
	warnings []string
}

type deviceCode struct{ device, code string }

// mapped is one row of a mapping.
type mapped struct {
	local, device, loinc string
	analyte              *Analyte // nil when the table does not hold the LOINC
	unit                 unit     // in which the site sends numbers when a message names none; code empty if unknown
	limits               limits
	place                string // file and line, empty of the embedded rows
}

// limits are plausible and critical limits in the published unit, NaN where there is none.
type limits struct{ plausibleLow, plausibleHigh, criticalLow, criticalHigh float64 }

// NewMapping returns the embedded codes. An error is a defect of the build.
func NewMapping() (*Mapping, error) {
	list, err := Analytes()
	if err != nil {
		return nil, err
	}
	m := &Mapping{
		analytes: map[string]*Analyte{}, codes: map[string]*mapped{},
		byDevice: map[deviceCode]*mapped{}, folded: map[deviceCode]*mapped{}, outside: map[string]mapped{},
	}
	for _, a := range list {
		m.analytes[a.LOINC] = a
		m.codes[a.LOINC] = &mapped{local: a.LOINC, loinc: a.LOINC, analyte: a, limits: noLimits()}
	}
	rows, mistakes := readMapping("embedded codes", strings.NewReader(codesCSV), m.analytes)
	if len(mistakes) > 0 {
		return nil, mistakes[0]
	}
	for _, row := range rows {
		row.place = ""
		m.codes[row.local] = row
	}
	return m, nil
}

// Read adds a site's mapping file and returns every mistake in it, each with name and line. A row with a
// mistake is not added. The file is CSV with a header:
//
//	local_code,loinc,unit[,device][,plausible_low,plausible_high,critical_low,critical_high]
//
// unit is the one in which the site sends numbers of this code when a message names none. It may be blank: then
// a number without a unit is not judged. With a device the row holds for that device only. Of a LOINC that the
// embedded table does not hold, numbers are published in the unit of the first row that names one, under whatever code
// they came, and another row's unit must convert into that; where no row names one, each keeps its own. Limits are in
// the unit that the embedded table publishes for the LOINC or, for a LOINC it does not hold, the row's own.
func (m *Mapping) Read(name string, r io.Reader) []error {
	rows, mistakes := readMapping(name, r, m.analytes)
	for _, row := range rows {
		if err := m.add(row); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	return mistakes
}

func (m *Mapping) add(row *mapped) error {
	alike := deviceCode{row.device, strings.ToUpper(strings.Join(strings.Fields(row.local), ""))}
	if old := m.folded[alike]; old != nil && old.local == row.local {
		return fmt.Errorf("%s: local code %q was mapped before at %s", row.place, row.local, old.place)
	} else if old != nil && old.loinc != row.loinc {
		return fmt.Errorf("%s: local code %q looks like %q at %s, but means %s instead of %s",
			row.place, row.local, old.local, old.place, row.loinc, old.loinc)
	}
	if row.analyte == nil && row.unit.code != "" {
		if err := m.addOutside(row); err != nil {
			return err
		}
	}
	m.doubt(row)
	m.folded[alike] = row
	if row.device != "" {
		m.byDevice[deviceCode{row.device, row.local}] = row
	} else {
		m.codes[row.local] = row
	}
	return nil
}

// addOutside makes the unit of a row that of its LOINC, which the table does not hold, or brings the row's limits into
// the one that another row named before.
func (m *Mapping) addOutside(row *mapped) error {
	first, ok := m.outside[row.loinc]
	if !ok {
		m.outside[row.loinc] = *row
		if m.codes[row.loinc] == nil { // who sends the LOINC itself says the same thing
			m.codes[row.loinc] = &mapped{local: row.loinc, loinc: row.loinc, limits: noLimits()}
		}
		return nil
	}
	c, ok := convert(row.unit, first.unit, nil)
	if !ok {
		return fmt.Errorf("%s: unit %q does not convert into %q, in which LOINC %s is published because of %s",
			row.place, row.unit.code, first.unit.code, row.loinc, first.place)
	}
	for _, limit := range []*float64{&row.limits.plausibleLow, &row.limits.plausibleHigh, &row.limits.criticalLow, &row.limits.criticalHigh} {
		*limit = c.Apply(*limit)
	}
	return nil
}

// find is the row for a local code as a device sent it; nil when there is none.
func (m *Mapping) find(device, code string) *mapped {
	if len(m.byDevice) > 0 {
		if row := m.byDevice[deviceCode{device, code}]; row != nil {
			return row
		}
	}
	return m.codes[code]
}

// Analyte is the row of the embedded table for a LOINC, nil when it does not hold it.
func (m *Mapping) Analyte(loinc string) *Analyte { return m.analytes[loinc] }

// LOINC is the code under which what all devices call code is published, empty where the mapping names none for all.
func (m *Mapping) LOINC(code string) string {
	if row := m.codes[code]; row != nil {
		return row.loinc
	}
	return ""
}

// UnitOutside is the UCUM unit in which numbers of a LOINC that the table does not hold are published, with the file and
// line that says so; empty where no row names one.
func (m *Mapping) UnitOutside(loinc string) (unit, place string) {
	row := m.outside[loinc]
	return row.unit.code, row.place
}

// any says whether there is a limit at all.
func (l limits) any() bool {
	return finite(l.plausibleLow) || finite(l.plausibleHigh) || finite(l.criticalLow) || finite(l.criticalHigh)
}

func noLimits() limits { return limits{math.NaN(), math.NaN(), math.NaN(), math.NaN()} }
