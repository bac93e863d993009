package record

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

var (
	mappingColumns = []string{"local_code", "loinc", "unit"}
	mappingOptions = []string{"device", "plausible_low", "plausible_high", "critical_low", "critical_high"}
)

// readMapping reads the rows of one file. Mistakes do not stop it.
func readMapping(name string, r io.Reader, analytes map[string]*Analyte) (rows []*mapped, mistakes []error) {
	cr := csv.NewReader(r)
	cr.FieldsPerRecord = -1
	header, err := cr.Read()
	if err != nil {
		return nil, []error{fmt.Errorf("%s: read header: %w", name, err)}
	}
	columns, mistakes := mappingHeader(name, header)
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	for {
		fields, err := cr.Read()
		if err == io.EOF {
			return rows, mistakes
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %w", name, err))
			var wrong *csv.ParseError
			if errors.As(err, &wrong) {
				continue
			}
			return rows, mistakes
		}
		line, _ := cr.FieldPos(0)
		row := mappingRow{place: fmt.Sprintf("%s:%d", name, line), columns: columns, fields: fields}
		if len(fields) != len(header) {
			row.mistake("%d fields, the header has %d", len(fields), len(header))
		} else if one := row.read(analytes); len(row.mistakes) == 0 {
			rows = append(rows, one)
		}
		mistakes = append(mistakes, row.mistakes...)
	}
}

// mappingHeader gives each column its place.
func mappingHeader(name string, header []string) (columns map[string]int, mistakes []error) {
	known := map[string]bool{}
	for _, c := range append(append([]string{}, mappingColumns...), mappingOptions...) {
		known[c] = true
	}
	columns = map[string]int{}
	for i, c := range header {
		c = fold(c)
		if _, twice := columns[c]; twice {
			mistakes = append(mistakes, fmt.Errorf("%s:1: column %q stands twice", name, c))
		} else if !known[c] {
			mistakes = append(mistakes, fmt.Errorf("%s:1: unknown column %q, known are %s, %s", name, c,
				strings.Join(mappingColumns, ", "), strings.Join(mappingOptions, ", ")))
		}
		columns[c] = i
	}
	for _, c := range mappingColumns {
		if _, ok := columns[c]; !ok {
			mistakes = append(mistakes, fmt.Errorf("%s:1: column %q is missing", name, c))
		}
	}
	return columns, mistakes
}

// mappingRow is one line under reading.
type mappingRow struct {
	place    string
	columns  map[string]int
	fields   []string
	mistakes []error
}

func (r *mappingRow) mistake(format string, args ...any) {
	r.mistakes = append(r.mistakes, fmt.Errorf("%s: "+format, append([]any{r.place}, args...)...))
}

// field is the text of a column, empty when the file has no such column.
func (r *mappingRow) field(column string) string {
	if i, ok := r.columns[column]; ok {
		return strings.TrimSpace(r.fields[i])
	}
	return ""
}

func (r *mappingRow) read(analytes map[string]*Analyte) *mapped {
	m := &mapped{local: r.field("local_code"), device: r.field("device"), loinc: r.field("loinc"), place: r.place}
	if m.local == "" {
		r.mistake("local_code is empty")
	}
	if plain := fold(m.loinc); plain != m.loinc && CheckLOINC(plain) == nil {
		r.mistake("LOINC %+q is written with odd signs, write %s", m.loinc, plain)
	} else if err := CheckLOINC(m.loinc); err != nil {
		r.mistake("%w", err)
	}
	m.analyte = analytes[m.loinc]
	r.readUnit(m)
	m.limits = limits{r.number("plausible_low"), r.number("plausible_high"), r.number("critical_low"), r.number("critical_high")}
	l := m.limits
	if m.analyte == nil && r.field("unit") == "" && l.any() {
		r.mistake("limits without a unit: LOINC %s is not in the embedded table, so name the unit that they are in", m.loinc)
	}
	if l.plausibleLow >= l.plausibleHigh {
		r.mistake("plausible_low %v is not below plausible_high %v", l.plausibleLow, l.plausibleHigh)
	}
	if l.criticalLow >= l.criticalHigh {
		r.mistake("critical_low %v is not below critical_high %v", l.criticalLow, l.criticalHigh)
	}
	if l.criticalLow < l.plausibleLow || l.criticalHigh > l.plausibleHigh {
		r.mistake("a critical limit lies outside the plausible limits")
	}
	return m
}

// readUnit checks that the unit is known and fits what the LOINC measures.
func (r *mappingRow) readUnit(m *mapped) {
	text := r.field("unit")
	if text == "" {
		return
	}
	u, other, ok := parseUnit(text)
	if !ok {
		r.mistake("unit %q is not known", text)
		return
	}
	m.unit = u
	a := m.analyte
	if a == nil {
		if other.code != "" {
			r.mistake("unit %q can mean %s or %s, write one of them", text, u.code, other.code)
		}
		return
	}
	if a.Unit == "" {
		if u.code != "1" {
			r.mistake("unit %q given, but LOINC %s (%s) is qualitative", text, m.loinc, a.Name)
		}
		return
	}
	if _, ok := convert(u, a.unit, a); ok {
		return
	}
	if _, ok := convert(other, a.unit, a); ok && other.code != "" {
		m.unit = other
		return
	}
	r.mistake("unit %q does not fit LOINC %s (%s, property %s), which is published in %s", text, m.loinc, a.Name, a.Property, a.Unit)
}

// number reads a limit, NaN when it is blank.
func (r *mappingRow) number(column string) float64 {
	text := r.field(column)
	if text == "" {
		return math.NaN()
	}
	v := ParseValue(text)
	if v.Kind != Number {
		r.mistake("%s %q is not a number", column, text)
		return math.NaN()
	}
	return v.Number
}
