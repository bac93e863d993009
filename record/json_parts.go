package record

import "math"

// measured is what results and controls share.
func (w *object) measured(r *Record) {
	w.open("test")
	w.optional("local", r.Test.Local)
	w.optional("loinc", r.Test.LOINC)
	w.optional("name", r.Test.Name)
	w.close()
	if r.Value.Kind != NoValue {
		w.value(&r.Value)
	}
	w.optional("unit", r.Unit)
	if r.Conversion != (Conversion{}) {
		w.open("conversion")
		w.text("from", r.Conversion.From)
		w.text("to", r.Conversion.To)
		w.number("factor", r.Conversion.Factor)
		w.number("offset", r.Conversion.Offset)
		w.optional("source", r.Conversion.Source)
		w.close()
	}
}

func (w *object) value(v *Value) {
	w.open("value")
	w.text("kind", v.Kind.String())
	w.optional("comparator", v.Comparator)
	switch v.Kind {
	case Range:
		w.number("number", v.Number)
		w.number("high", v.High)
	case Text:
		w.optional("text", v.Text)
		if v.Comparator != "" { // a bound that stood in the comment behind the word
			w.number("number", v.Number)
		}
	default:
		w.number("number", v.Number)
	}
	w.close()
}

func (w *object) control(r *Record) {
	w.open("qc")
	w.optional("level", r.Level)
	w.optional("lot", r.Lot)
	w.number("expected", r.Expected)
	w.number("target_sd", r.TargetSD)
	if r.Passed != NotSaid {
		w.boolean("passed", r.Passed == Yes)
	}
	w.close()
}

func (w *object) event(r *Record) {
	w.open("log")
	w.text("event", r.EventType.String())
	w.optional("severity", r.Severity)
	w.optional("lot", r.Lot)
	w.time("calibration", r.Calibration)
	w.time("maintenance", r.Maintenance)
	w.close()
}

func (w *object) channels(channels []Channel) {
	w.list("channels")
	for i := range channels {
		w.element()
		w.text("name", channels[i].Name)
		w.number("value", channels[i].Value)
		w.flags(channels[i].Flags)
		w.close()
	}
	w.endList()
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// String is the word used in the published form.
func (k ValueKind) String() string {
	switch k {
	case Number:
		return "number"
	case Bound:
		return "bound"
	case Range:
		return "range"
	case Titre:
		return "titre"
	case Grade:
		return "grade"
	case Text:
		return "text"
	}
	return "none"
}
