package alerts

import (
	"math"

	"labwatch/record"
)

// Instruments write what lies beyond their range as a bound, and the most extreme numbers are those that are flagged as
// implausible. Neither may teach anything, but both may be a patient in danger, so the rules judge what they prove.

// unjudged are the flags of a number that says nothing about a limit: it is none, or nobody knows of what.
const unjudged = record.ErrorCode | record.Withdrawn | record.UnitMissing | record.UnitUnknown

// nearest is the value of v; of a bound the one nearest to it that it allows, and the side on which all others lie: +1 of
// ">600", -1 of "<0.5". A number has no side.
func nearest(v record.Value) (value float64, side int) {
	if v.Kind != record.Bound {
		return v.Number, 0
	}
	switch v.Comparator {
	case ">":
		return math.Nextafter(v.Number, math.Inf(1)), 1
	case ">=":
		return v.Number, 1
	case "<":
		return math.Nextafter(v.Number, math.Inf(-1)), -1
	case "<=":
		return v.Number, -1
	}
	return math.NaN(), 0
}

// ObserveValue judges the value of a result or control with its flags and unit. A bound is a breach when every value that it
// allows is one: ">600" where 400 is the limit; of ">200" nobody knows. What proves nothing is not ready, and neither is
// an implausible number inside the limits: it is no sign that all is well again.
func (l *Limit) ObserveValue(at int64, v record.Value, flags record.Flag, unit string) Observation {
	value, side := nearest(v)
	if v.Kind != record.Number && v.Kind != record.Bound || flags.Has(unjudged) || math.IsInf(value, 0) {
		return Observation{At: at}
	}
	o := l.Observe(at, value, unit)
	if side != 0 && o.Direction != side || o.Direction == 0 && flags.Has(record.Implausible) {
		return Observation{At: at}
	}
	o.Value = v.Number
	return o
}

// ExplainValue is Explain of the value of a result or control. A bound keeps its comparator.
func (l *Limit) ExplainValue(v record.Value) Evidence {
	value, side := nearest(v)
	e := l.Explain(value)
	if side != 0 {
		e.Score, e.Value, e.Comparator = v.Number, v.Number, v.Comparator
	}
	return e
}
