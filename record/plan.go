package record

import "strings"

// plan says what to do with a number that a site sent for one local code in one spelling of a unit. Plans are
// pure functions of the two, so remembering them changes nothing.
type plan struct {
	loinc, name string // after re-coding to the twin
	unit        string // in which the number is published
	conversion  Conversion
	flags       Flag
	limits      limits
	critical    limits // the critical limits in use; its plausible fields are unused
	inclusive   bool   // a number at the critical limit is critical too
}

type planKey struct {
	row  *mapped
	unit string
}

// maxPlans bounds how many plans are remembered. A site has some hundred tests and a few spellings of each unit.
const maxPlans = 8192

// plan looks a plan up or makes it.
func (s *Standardizer) plan(row *mapped, unitText string) *plan {
	key := planKey{row, unitText}
	if p := s.plans[key]; p != nil {
		return p
	}
	p := s.makePlan(row, unitText)
	if len(s.plans) < maxPlans && len(unitText) <= maxIdentifier { // a longer one is no unit, and may be a whole message
		key.unit = strings.Clone(unitText) // the text belongs to the message
		s.plans[key] = p
	}
	return p
}

func (s *Standardizer) makePlan(row *mapped, unitText string) *plan {
	p := &plan{limits: noLimits(), critical: noLimits()}
	sent, other, known := parseUnit(unitText)
	blank := fold(unitText) == ""
	if row == nil || row.analyte == nil {
		s.planWithoutTable(p, row, sent, other, known, blank)
		return p
	}
	a := row.analyte
	p.loinc, p.name = a.LOINC, a.Name
	switch {
	case blank && row.unit.code != "":
		sent, known, blank = row.unit, true, false
	case blank && (a.Unit == "" || a.unit.num == acidity || a.unit.num == inr || a.Unit == "1"):
		sent, known, blank = a.unit, true, false // qualitative, or a number that has no unit
	}
	target := a
	if a.Twin != "" {
		target = s.mapping.analytes[a.Twin]
	}
	switch {
	case blank:
		p.flags |= UnitMissing
		return p
	case !known:
		p.flags |= UnitUnknown
		return p
	}
	p.unit = sent.code
	if target.Unit == "" {
		if sent.code != "" && sent.code != "1" {
			p.flags |= UnitUnknown
		}
		return p
	}
	c, ok := convertEither(sent, other, target.unit, target)
	if !ok {
		p.misfit(other)
		return p
	}
	if target != a {
		if other.code != "" && c.From == other.code {
			sent = other
		}
		c = recoded(c, sent, a, target)
	}
	p.loinc, p.name, p.unit, p.conversion = target.LOINC, target.Name, target.Unit, c
	s.planLimits(p, row, target)
	return p
}

// planWithoutTable serves codes that have no LOINC, or one that the table does not hold: the number keeps its
// unit, which is part of the name of its series, unless the mapping names one for the LOINC.
func (s *Standardizer) planWithoutTable(p *plan, row *mapped, sent, other unit, known, blank bool) {
	var target unit
	if row != nil {
		p.loinc, target = row.loinc, s.mapping.outside[row.loinc].unit
		if blank && row.unit.code != "" {
			sent, known, blank = row.unit, true, false
		}
	}
	switch {
	case blank:
		p.flags |= UnitMissing
		return
	case !known:
		p.flags |= UnitUnknown
		return
	case target.code == "" && other.code != "": // "G/L", and nothing says whether it is giga or grams
		p.flags |= UnitUnknown
		return
	}
	p.unit = sent.code
	if row == nil {
		return
	}
	if target.code != "" {
		c, ok := convertEither(sent, other, target, nil)
		if !ok {
			p.misfit(other)
			return
		}
		p.unit, p.conversion = target.code, c
	}
	s.planLimits(p, row, nil)
}

// misfit is for numbers whose unit does not fit the test. A unit that has a second reading is not published: nothing
// chose the first.
func (p *plan) misfit(other unit) {
	p.flags |= UnitUnknown
	if other.code != "" {
		p.unit = ""
	}
}

// planLimits takes the site's plausible limits before the table's, and the critical limits that were chosen.
func (s *Standardizer) planLimits(p *plan, row *mapped, a *Analyte) {
	p.limits = row.limits
	if a != nil {
		p.limits.plausibleLow = first(row.limits.plausibleLow, a.PlausibleLow)
		p.limits.plausibleHigh = first(row.limits.plausibleHigh, a.PlausibleHigh)
	}
	p.inclusive = true
	switch {
	case s.critical == "site":
		p.critical = row.limits
	case s.critical == "table" && a != nil:
		p.critical.criticalLow, p.critical.criticalHigh = a.CriticalLow, a.CriticalHigh
	case s.critical == "original":
		p.inclusive = false
		switch p.loinc {
		case "2345-7": // glucose, mg/dL
			p.critical.criticalLow, p.critical.criticalHigh = 60, 300
		case "2823-3": // potassium, mmol/L
			p.critical.criticalLow, p.critical.criticalHigh = 2.5, 6.0
		}
	}
}

// first is x, or y where x is not a number.
func first(x, y float64) float64 {
	if x != x {
		return y
	}
	return x
}

// flag judges a number in the published unit. An implausible one may be critical too: most are mistakes, but the rare
// true one is a patient in danger.
func (p *plan) flag(x float64, plausible bool) (f Flag) {
	if plausible && (x < p.limits.plausibleLow || x > p.limits.plausibleHigh) {
		f |= Implausible
	}
	if x < p.critical.criticalLow || p.inclusive && x == p.critical.criticalLow {
		f |= CriticalLow
	}
	if x > p.critical.criticalHigh || p.inclusive && x == p.critical.criticalHigh {
		f |= CriticalHigh
	}
	return f
}

// beyond says whether a bound proves that the value is critical: ">500" is where 300 is the limit, ">200" may be.
func (p *plan) beyond(v Value) Flag {
	switch v.Comparator {
	case ">", ">=":
		if v.Number > p.critical.criticalHigh || v.Number == p.critical.criticalHigh && (p.inclusive || v.Comparator == ">") {
			return CriticalHigh
		}
	case "<", "<=":
		if v.Number < p.critical.criticalLow || v.Number == p.critical.criticalLow && (p.inclusive || v.Comparator == "<") {
			return CriticalLow
		}
	}
	return 0
}
