package record

// unteachable are the flags that keep a number out of a baseline.
const unteachable = ErrorCode | Implausible | UnitMissing | UnitUnknown | Withdrawn

// Teachable says whether the value of a result or control may teach a baseline: a number in a known unit, of a
// known time, that nobody withdrew and no limit calls a mistake.
func (r *Record) Teachable() bool {
	return (r.Kind == Result || r.Kind == Control) && r.Value.Kind == Number && !r.Flags.Has(unteachable) &&
		finite(r.Value.Number) && r.Time != 0
}

// Teachable says whether the channel's value may teach a baseline.
func (c *Channel) Teachable() bool {
	return !c.Flags.Has(ErrorCode|Unusable|Implausible) && c.Value == c.Value
}

// Valid says whether a reading is complete. For a result that is the measure of the system that labwatch
// succeeds: result id, patient, LOINC, number, device and collection time are all there; and labwatch adds that
// the number is no error code, plausible, in a known unit, and not withdrawn. A control needs the same without
// the patient, a log entry its device and time, and telemetry one usable channel besides.
func (r *Record) Valid() bool {
	if r.Device == "" || r.Time == 0 {
		return false
	}
	switch r.Kind {
	case Result:
		return r.ID != "" && r.Patient != "" && r.Test.LOINC != "" && r.Teachable()
	case Control:
		return r.ID != "" && r.Test.LOINC != "" && r.Teachable()
	case Event:
		return true
	case Telemetry:
		for i := range r.Channels {
			if r.Channels[i].Teachable() {
				return true
			}
		}
	}
	return false
}

// Turnaround is the time from collection to result in hours; ok is false when either is unknown. It is negative
// when the clocks of the two disagree.
func (r *Record) Turnaround() (hours float64, ok bool) {
	if r.Kind != Result || r.Time == 0 || r.Resulted == 0 {
		return 0, false
	}
	return float64(r.Resulted-r.Time) / 3.6e12, true
}
