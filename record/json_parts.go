package record

// appendMeasured is what results and controls share.
func appendMeasured(dst []byte, r *Record) []byte {
	dst = append(dst, `,"test":`...)
	from := len(dst)
	dst = appendOptional(dst, `,"local":"`, r.Test.Local)
	dst = appendOptional(dst, `,"loinc":"`, r.Test.LOINC)
	dst = appendOptional(dst, `,"name":"`, r.Test.Name)
	dst = enclose(dst, from, "{}")
	if r.Value.Kind != NoValue {
		dst = appendValue(dst, &r.Value)
	}
	dst = appendOptional(dst, `,"unit":"`, r.Unit)
	if r.Conversion != (Conversion{}) {
		dst = appendText(dst, `,"conversion":{"from":"`, r.Conversion.From)
		dst = appendText(dst, `,"to":"`, r.Conversion.To)
		dst = appendNumber(dst, `,"factor":`, r.Conversion.Factor)
		dst = appendNumber(dst, `,"offset":`, r.Conversion.Offset)
		dst = appendOptional(dst, `,"source":"`, r.Conversion.Source)
		dst = append(dst, '}')
	}
	return dst
}

func appendValue(dst []byte, v *Value) []byte {
	dst = appendWord(dst, `,"value":{"kind":"`, v.Kind.String())
	dst = appendOptional(dst, `,"comparator":"`, v.Comparator)
	switch v.Kind {
	case Range:
		dst = appendNumber(dst, `,"number":`, v.Number)
		dst = appendNumber(dst, `,"high":`, v.High)
	case Text:
		dst = appendOptional(dst, `,"text":"`, v.Text)
		if v.Comparator != "" { // a bound that stood in the comment behind the word
			dst = appendNumber(dst, `,"number":`, v.Number)
		}
	default:
		dst = appendNumber(dst, `,"number":`, v.Number)
	}
	return append(dst, '}')
}

func appendControl(dst []byte, r *Record) []byte {
	dst = append(dst, `,"qc":`...)
	from := len(dst)
	dst = appendOptional(dst, `,"level":"`, r.Level)
	dst = appendOptional(dst, `,"lot":"`, r.Lot)
	dst = appendNumber(dst, `,"expected":`, r.Expected)
	dst = appendNumber(dst, `,"target_sd":`, r.TargetSD)
	if r.Passed != NotSaid {
		dst = appendBoolean(dst, `,"passed":`, r.Passed == Yes)
	}
	return enclose(dst, from, "{}")
}

func appendEvent(dst []byte, r *Record) []byte {
	dst = appendWord(dst, `,"log":{"event":"`, r.EventType.String())
	dst = appendOptional(dst, `,"severity":"`, r.Severity)
	dst = appendOptional(dst, `,"lot":"`, r.Lot)
	dst = appendMoment(dst, `,"calibration":"`, r.Calibration)
	dst = appendMoment(dst, `,"maintenance":"`, r.Maintenance)
	return append(dst, '}')
}

func appendChannels(dst []byte, channels []Channel) []byte {
	dst = append(dst, `,"channels":`...)
	from := len(dst)
	for i := range channels {
		dst = appendText(dst, `,{"name":"`, channels[i].Name)
		dst = appendNumber(dst, `,"value":`, channels[i].Value)
		dst = appendFlags(dst, channels[i].Flags)
		dst = append(dst, '}')
	}
	return enclose(dst, from, "[]")
}

func finite(x float64) bool { return x-x == 0 } // the difference is NaN for NaN and for infinities

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
