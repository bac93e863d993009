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
		byDevice: map[deviceCode]*mapped{}, folded: map[deviceCode]*mapped{},
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
// unit is the one in which the site sends numbers of this code when a message names none. It may be blank; but
// then numbers of a LOINC that the embedded table does not hold never teach a baseline. With a device the
// row holds for that device only. Limits are in the unit that labwatch publishes for the LOINC, which is that
// of the embedded table or, for a LOINC the table does not hold, the row's own.
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
	m.folded[alike] = row
	if row.device != "" {
		m.byDevice[deviceCode{row.device, row.local}] = row
	} else {
		m.codes[row.local] = row
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

func noLimits() limits { return limits{math.NaN(), math.NaN(), math.NaN(), math.NaN()} }
