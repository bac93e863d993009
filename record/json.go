package record

// Schema is the version of the published form. Within it members are only ever added. It is described by
// deploy/schemas/record.schema.json.
const Schema = "labwatch.record/1"

// AppendJSON appends r with what the detectors said of it as one JSON object without line ends: the published
// form. The order of the members is fixed, so equal records give equal bytes. Times are RFC 3339 in UTC with as
// many digits of the second as are needed. What is empty, unknown or no number is left out; bytes that are not
// UTF-8 become U+FFFD. When the record arrived is left out, because a replay from a file cannot know it.
func AppendJSON(dst []byte, r *Record, scores []Score, standing Standing) []byte {
	dst = appendWord(dst, `{"schema":"`+Schema+`","kind":"`, r.Kind.String())
	dst = appendOrigin(dst, &r.Origin)
	dst = appendOptional(dst, `,"id":"`, r.ID)
	dst = appendText(dst, `,"device":"`, r.Device)
	dst = appendOptional(dst, `,"facility":"`, r.Facility)
	dst = appendOptional(dst, `,"patient":"`, r.Patient)
	dst = appendOptional(dst, `,"technician":"`, r.Technician)
	dst = appendMoment(dst, `,"time":"`, r.Time)
	switch r.Kind {
	case Result:
		dst = appendResult(dst, r)
	case Control:
		dst = appendMeasured(dst, r)
		dst = appendControl(dst, r)
	case Event:
		dst = appendEvent(dst, r)
	case Telemetry:
		dst = appendOptional(dst, `,"lot":"`, r.Lot)
		dst = appendChannels(dst, r.Channels)
	}
	dst = appendFlags(dst, r.Flags)
	dst = appendBoolean(dst, `,"valid":`, r.Valid())
	dst = appendStanding(dst, standing)
	dst = appendScores(dst, scores)
	return append(dst, '}')
}

func appendOrigin(dst []byte, o *Origin) []byte {
	dst = appendText(dst, `,"origin":{"topic":"`, o.Topic)
	dst = appendInteger(dst, `,"partition":`, int64(o.Partition))
	dst = appendInteger(dst, `,"offset":`, o.Offset)
	if o.Index > 0 {
		dst = appendInteger(dst, `,"index":`, int64(o.Index))
	}
	return append(dst, '}')
}

func appendResult(dst []byte, r *Record) []byte {
	if r.Time != 0 {
		hour, weekday := localHour(r.Time, r.UTCOffset)
		dst = appendInteger(dst, `,"collected_hour":`, hour)
		dst = appendInteger(dst, `,"collected_weekday":`, weekday)
	}
	dst = appendMoment(dst, `,"resulted":"`, r.Resulted)
	if hours, ok := r.Turnaround(); ok {
		dst = appendNumber(dst, `,"turnaround_hours":`, hours)
	}
	dst = appendMeasured(dst, r)
	return appendWord(dst, `,"status":"`, r.Status.String())
}

// localHour gives the hour, 0 to 23, and the day of the week, 1 for Monday to 7 as in ISO 8601, at the site.
func localHour(at int64, offset int32) (hour, weekday int64) {
	const day = 24 * 3600
	seconds := at / 1e9
	if at%1e9 < 0 {
		seconds--
	}
	seconds += int64(offset)
	days := seconds / day
	if seconds%day < 0 {
		days--
	}
	const thursday = 3 // days after Monday: the day of the week of 1970-01-01
	return (seconds - days*day) / 3600, ((days+thursday)%7+7)%7 + 1
}

func appendFlags(dst []byte, f Flag) []byte {
	if f == 0 {
		return dst
	}
	dst = append(dst, `,"flags":`...)
	from := len(dst)
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			dst = appendWord(dst, `,"`, name)
		}
	}
	return enclose(dst, from, "[]")
}

// appendScores leaves out the score of a detector that is warming up, because it means nothing yet, and its limit.
func appendScores(dst []byte, scores []Score) []byte {
	if len(scores) == 0 {
		return dst
	}
	dst = append(dst, `,"scores":`...)
	from := len(dst)
	series, end := from, from // where that of the score before stands: several detectors judge each
	for i := range scores {
		s := &scores[i]
		dst = appendText(dst, `,{"detector":"`, s.Detector)
		start := len(dst)
		if i > 0 && s.Series == scores[i-1].Series {
			dst = append(dst, dst[series:end]...)
		} else {
			dst = appendOptional(dst, `,"series":"`, s.Series)
		}
		series, end = start, len(dst)
		if s.Ready {
			dst = appendStatistic(dst, `,"score":`, s.Value)
			dst = appendStatistic(dst, `,"limit":`, s.Limit)
			dst = append(dst, `,"ready":true}`...)
		} else {
			dst = append(dst, `,"ready":false}`...)
		}
	}
	return enclose(dst, from, "[]")
}
