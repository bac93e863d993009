package record

import "math"

// result fills in what only a patient's result has.
func (s *Standardizer) result(dst *Record, raw *Raw) *Reject {
	dst.Status = parseStatus(raw.Status)
	switch dst.Status {
	case Corrected:
		dst.Flags |= Correction
	case Cancelled:
		dst.Flags |= Withdrawn
	}
	if dst.Patient == "" {
		dst.Flags |= NoPatient
	}
	dst.Resulted = s.otherTime(raw.Resulted)
	_, why := s.measured(dst, raw)
	return why
}

// control fills in what only a quality-control measurement has.
func (s *Standardizer) control(dst *Record, raw *Raw) *Reject {
	dst.Level, dst.Lot = trim(raw.Level), trim(raw.Lot)
	dst.Passed = parseVerdict(raw.Passed)
	p, why := s.measured(dst, raw)
	if why != nil {
		return why
	}
	if x, ok := s.usable(raw.Expected); ok {
		dst.Expected = finiteOrMissing(p.conversion.Apply(x))
	}
	if x, ok := s.usable(raw.TargetSD); ok && x > 0 {
		dst.TargetSD = finiteOrMissing(p.conversion.ApplySpread(x))
	}
	return nil
}

func finiteOrMissing(x float64) float64 {
	if math.IsInf(x, 0) {
		return Missing()
	}
	return x
}

// usable reads a number beside the value.
func (s *Standardizer) usable(text string) (float64, bool) {
	if text == "" {
		return 0, false
	}
	v, _ := parseValue(text, s.decimal)
	return v.Number, v.Kind == Number && !s.isErrorCode(v.Number)
}

// measured fills in test, value and unit, of a result and of a control alike.
func (s *Standardizer) measured(dst *Record, raw *Raw) (*plan, *Reject) {
	if dst.ID == "" {
		dst.Flags |= NoID
	}
	dst.Test.Local = trim(raw.TestCode)
	if dst.Test.Local == "" {
		return nil, reject(NoTestCode)
	}
	v, dropped := parseValue(raw.Value, s.decimal)
	if v.Kind == NoValue && dst.Status != Cancelled && fold(raw.Value) == "" {
		return nil, reject(NoValueSent)
	}
	if dropped {
		dst.Flags |= Withheld
	}
	row := s.mapping.find(dst.Device, dst.Test.Local)
	p := s.plan(row, raw.Unit)
	dst.Test.LOINC, dst.Test.Name = p.loinc, p.name
	if row == nil {
		if CheckLOINC(dst.Test.Local) == nil { // the site speaks LOINC, of which our table is a small part
			dst.Test.LOINC = dst.Test.Local
		} else {
			dst.Flags |= Unmapped
		}
	}
	s.value(dst, v, p)
	return p, nil
}

// value converts and flags the value by its kind.
func (s *Standardizer) value(dst *Record, v Value, p *plan) {
	switch v.Kind {
	case Number:
		dst.Unit = p.unit
		if s.isErrorCode(v.Number) { // stays as it came: converted it could not be recognised
			dst.Flags |= ErrorCode
			break
		}
		dst.Flags |= p.flags
		if convertValue(dst, &v, p) {
			dst.Flags |= p.flag(v.Number, s.plausible)
		}
	case Bound, Range:
		dst.Unit = p.unit
		dst.Flags |= p.flags
		converted := convertValue(dst, &v, p)
		if v.Kind == Bound {
			dst.Flags |= Censored
			if converted {
				dst.Flags |= p.beyond(v)
			}
		} else {
			dst.Flags |= NotNumeric
		}
	case Titre:
		dst.Flags |= NotNumeric
		if v.Comparator != "" {
			dst.Flags |= Censored
		}
	default:
		dst.Flags |= NotNumeric
	}
	dst.Value = v
}

// convertValue converts the numbers of v. One that leaves the range of a float64 is no reading: then all stay as
// they came, in the unit in which they came.
func convertValue(dst *Record, v *Value, p *plan) bool {
	number, high := p.conversion.Apply(v.Number), v.High
	if v.Kind == Range {
		high = p.conversion.Apply(high)
	}
	if math.IsInf(number, 0) || math.IsInf(high, 0) {
		dst.Unit = p.conversion.From
		dst.Flags |= Implausible
		return false
	}
	dst.Conversion = p.conversion
	v.Number, v.High = number, high
	return true
}
