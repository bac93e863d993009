package record

// Schema is the version of the published form. Within it members are only ever added. It is described by
// deploy/schemas/record.schema.json.
const Schema = "labwatch.record/1"

// AppendJSON appends r with what the detectors said of it as one JSON object without line ends: the published
// form. The order of the members is fixed, so equal records give equal bytes. Times are RFC 3339 in UTC with as
// many digits of the second as are needed. What is empty, unknown or no number is left out; bytes that are not
// UTF-8 become U+FFFD. When the record arrived is left out, because a replay from a file cannot know it.
func AppendJSON(dst []byte, r *Record, scores []Score, standing Standing) []byte {
	w := object{dst: append(dst, '{'), first: true}
	w.text("schema", Schema)
	w.text("kind", r.Kind.String())
	w.origin(&r.Origin)
	w.optional("id", r.ID)
	w.text("device", r.Device)
	w.optional("facility", r.Facility)
	w.optional("patient", r.Patient)
	w.optional("technician", r.Technician)
	w.time("time", r.Time)
	switch r.Kind {
	case Result:
		w.result(r)
	case Control:
		w.measured(r)
		w.control(r)
	case Event:
		w.event(r)
	case Telemetry:
		w.optional("lot", r.Lot)
		w.channels(r.Channels)
	}
	w.flags(r.Flags)
	w.boolean("valid", r.Valid())
	w.standing(standing)
	w.scores(scores)
	return append(w.dst, '}')
}

func (w *object) origin(o *Origin) {
	w.open("origin")
	w.text("topic", o.Topic)
	w.integer("partition", int64(o.Partition))
	w.integer("offset", o.Offset)
	if o.Index > 0 {
		w.integer("index", int64(o.Index))
	}
	w.close()
}

func (w *object) result(r *Record) {
	if r.Time != 0 {
		hour, weekday := localHour(r.Time, r.UTCOffset)
		w.integer("collected_hour", hour)
		w.integer("collected_weekday", weekday)
	}
	w.time("resulted", r.Resulted)
	if hours, ok := r.Turnaround(); ok {
		w.number("turnaround_hours", hours)
	}
	w.measured(r)
	w.text("status", r.Status.String())
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

func (w *object) flags(f Flag) {
	if f == 0 {
		return
	}
	w.list("flags")
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			w.item(name)
		}
	}
	w.endList()
}

// scores leaves out the score of a detector that is warming up, because it means nothing yet, and its limit.
func (w *object) scores(scores []Score) {
	if len(scores) == 0 {
		return
	}
	w.list("scores")
	for i := range scores {
		s := &scores[i]
		w.element()
		w.text("detector", s.Detector)
		w.optional("series", s.Series)
		if s.Ready {
			w.figure("score", s.Value)
			w.figure("limit", s.Limit)
		}
		w.boolean("ready", s.Ready)
		w.close()
	}
	w.endList()
}
