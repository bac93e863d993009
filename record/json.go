package record

import "math"

// Schema is the name and version of the published form; deploy/schemas/record.schema.json describes it.
const Schema = "labwatch.record/1"

// AppendJSON appends r and what the detectors said of it as one JSON object without line ends: the published
// form. The order of the fields is fixed; what is unknown is left out, and so are numbers that JSON has no form
// for. Invalid UTF-8 becomes U+FFFD. It allocates nothing when dst has room.
func AppendJSON(dst []byte, r *Record, scores []Score) []byte {
	dst = append(dst, `{"schema":"`+Schema+`","kind":"`...)
	dst = append(dst, r.Kind.String()...)
	dst = append(dst, '"')
	dst = appendOrigin(dst, &r.Origin)
	dst = appendTimeField(dst, `,"arrived":`, r.Arrived)
	dst = appendTimeField(dst, `,"time":`, r.Time)
	if r.Time != 0 {
		dst = appendSiteClock(dst, r.Time, r.UTCOffset)
	}
	dst = appendStringField(dst, `,"id":`, r.ID)
	dst = appendStringField(dst, `,"device_id":`, r.Device)
	dst = appendStringField(dst, `,"facility_id":`, r.Facility)
	dst = appendStringField(dst, `,"patient":`, r.Patient)
	dst = appendStringField(dst, `,"technician":`, r.Technician)
	if r.Valid() {
		dst = append(dst, `,"valid":true`...)
	} else {
		dst = append(dst, `,"valid":false`...)
	}
	dst = appendFlags(dst, `,"flags":[`, r.Flags)
	switch r.Kind {
	case Result:
		dst = append(dst, `,"status":"`...)
		dst = append(dst, r.Status.String()...)
		dst = append(dst, '"')
		dst = appendTimeField(dst, `,"resulted":`, r.Resulted)
		if hours, ok := r.Turnaround(); ok {
			dst = appendNumberField(dst, `,"turnaround_hours":`, hours)
		}
		dst = appendMeasured(dst, r)
	case Control:
		dst = appendMeasured(dst, r)
		dst = appendControl(dst, r)
	case Event:
		dst = appendEvent(dst, r)
	case Telemetry:
		dst = appendStringField(dst, `,"lot":`, r.Lot)
		dst = appendChannels(dst, r.Channels)
	}
	dst = appendScores(dst, scores)
	return append(dst, '}')
}

func appendOrigin(dst []byte, o *Origin) []byte {
	dst = append(dst, `,"origin":{"topic":`...)
	dst = appendString(dst, o.Topic)
	dst = appendIntField(dst, `,"partition":`, int64(o.Partition))
	dst = appendIntField(dst, `,"offset":`, o.Offset)
	dst = appendIntField(dst, `,"index":`, int64(o.Index))
	return append(dst, '}')
}

func appendMeasured(dst []byte, r *Record) []byte {
	dst = append(dst, `,"test":{"local":`...)
	dst = appendString(dst, r.Test.Local)
	dst = appendStringField(dst, `,"loinc":`, r.Test.LOINC)
	dst = appendStringField(dst, `,"name":`, r.Test.Name)
	dst = append(dst, `},"value":{"kind":"`...)
	dst = append(dst, r.Value.Kind.String()...)
	dst = append(dst, '"')
	dst = appendStringField(dst, `,"comparator":`, r.Value.Comparator)
	switch r.Value.Kind {
	case Number, Bound, Titre, Grade:
		dst = appendNumberField(dst, `,"number":`, r.Value.Number)
	case Range:
		dst = appendNumberField(dst, `,"number":`, r.Value.Number)
		dst = appendNumberField(dst, `,"high":`, r.Value.High)
	}
	dst = appendStringField(dst, `,"text":`, r.Value.Text)
	dst = append(dst, '}')
	dst = appendStringField(dst, `,"unit":`, r.Unit)
	if c := &r.Conversion; c.Factor != 0 {
		dst = append(dst, `,"conversion":{"from":`...)
		dst = appendString(dst, c.From)
		dst = append(dst, `,"to":`...)
		dst = appendString(dst, c.To)
		dst = appendNumberField(dst, `,"factor":`, c.Factor)
		dst = appendNumberField(dst, `,"offset":`, c.Offset)
		dst = appendStringField(dst, `,"source":`, c.Source)
		dst = append(dst, '}')
	}
	return dst
}

func appendControl(dst []byte, r *Record) []byte {
	dst = append(dst, `,"qc":{"level":`...)
	dst = appendString(dst, r.Level)
	dst = appendStringField(dst, `,"lot":`, r.Lot)
	dst = appendNumberField(dst, `,"expected":`, r.Expected)
	dst = appendNumberField(dst, `,"target_sd":`, r.TargetSD)
	switch r.Passed {
	case Yes:
		dst = append(dst, `,"passed":true`...)
	case No:
		dst = append(dst, `,"passed":false`...)
	}
	return append(dst, '}')
}

func appendEvent(dst []byte, r *Record) []byte {
	dst = append(dst, `,"log":{"event_type":"`...)
	dst = append(dst, r.EventType.String()...)
	dst = append(dst, '"')
	dst = appendStringField(dst, `,"severity":`, r.Severity)
	dst = appendStringField(dst, `,"lot":`, r.Lot)
	dst = appendTimeField(dst, `,"calibration":`, r.Calibration)
	dst = appendTimeField(dst, `,"maintenance":`, r.Maintenance)
	return append(dst, '}')
}

func appendChannels(dst []byte, channels []Channel) []byte {
	dst = append(dst, `,"channels":[`...)
	for i := range channels {
		c := &channels[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"name":`...)
		dst = appendString(dst, c.Name)
		dst = appendNumberField(dst, `,"value":`, c.Value)
		if c.Flags != 0 {
			dst = appendFlags(dst, `,"flags":[`, c.Flags)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendScores(dst []byte, scores []Score) []byte {
	dst = append(dst, `,"scores":[`...)
	for i := range scores {
		s := &scores[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"detector":`...)
		dst = appendString(dst, s.Detector)
		dst = append(dst, `,"series":`...)
		dst = appendString(dst, s.Series)
		if s.Ready {
			dst = appendNumberField(dst, `,"score":`, s.Value)
		}
		dst = appendNumberField(dst, `,"limit":`, s.Limit)
		if s.Ready && !math.IsNaN(s.Value) && !math.IsInf(s.Value, 0) {
			dst = append(dst, `,"ready":true}`...)
		} else {
			dst = append(dst, `,"ready":false}`...)
		}
	}
	return append(dst, ']')
}
