package record

import (
	"fmt"
	"math"
)

// Warnings names the rows whose limits look as if they were in the row's own unit and not in the one that is
// published. It is a guess from the limits of the embedded table, so no mistake: a site may have its reasons.
func (m *Mapping) Warnings() []string { return m.warnings }

// doubt adds a warning for a row whose limits, converted from its unit, are nearer to the table's than they are as
// they stand: 10 to 300 of a haemoglobin in g/L, where 1 to 30 g/dL are plausible.
func (m *Mapping) doubt(row *mapped) {
	a := row.analyte
	if a == nil || row.unit.code == "" {
		return
	}
	if a.Twin != "" {
		a = m.analytes[a.Twin]
	}
	c, ok := convert(row.unit, a.unit, a)
	if !ok || c.Factor == 0 {
		return
	}
	asWritten, converted := 0.0, 0.0
	for _, pair := range [][2]float64{
		{row.limits.plausibleLow, a.PlausibleLow}, {row.limits.plausibleHigh, a.PlausibleHigh},
		{row.limits.criticalLow, a.CriticalLow}, {row.limits.criticalHigh, a.CriticalHigh},
	} {
		if x, y := pair[0], c.Apply(pair[0]); x > 0 && y > 0 && pair[1] > 0 {
			asWritten += math.Abs(math.Log(x / pair[1]))
			converted += math.Abs(math.Log(y / pair[1]))
		}
	}
	// Half, and a factor of two in all: a site's own limits differ from the table's, seldom by that much.
	if asWritten > math.Ln2 && converted < asWritten/2 {
		m.warnings = append(m.warnings, fmt.Sprintf("%s: limits of %q hold in %s, in which LOINC %s is published, but look like %s, the unit of the row",
			row.place, row.local, a.Unit, a.LOINC, row.unit.code))
	}
}
