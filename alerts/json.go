package alerts

import "math"

// Schema is the version of the published form. Within it fields are only ever added. It is described by
// deploy/schemas/alert.schema.json.
const Schema = "labwatch.alert/1"

// AppendJSON appends a as one JSON object without line ends: the published form. The order of the fields is
// fixed, so equal alerts give equal bytes. Times are RFC 3339 in UTC with nanoseconds as needed. What is empty,
// unknown or no number is left out; bytes that are not UTF-8 become U+FFFD.
func AppendJSON(dst []byte, a *Alert) []byte {
	w := object{dst: append(dst, '{'), first: true}
	w.text("schema", Schema)
	w.text("id", a.ID)
	w.integer("sequence", int64(a.Sequence))
	w.text("state", a.Change.String())
	w.text("rule", a.Rule)
	w.text("severity", a.Severity.String())
	w.text("device", a.Device)
	w.optional("facility", a.Facility)
	w.text("kind", a.Kind.String())
	w.optional("series", a.Series)
	w.optional("label", a.Label)
	if a.Test.Local != "" || a.Test.LOINC != "" || a.Test.Name != "" {
		w.open("test")
		w.optional("local", a.Test.Local)
		w.optional("loinc", a.Test.LOINC)
		w.optional("name", a.Test.Name)
		w.close()
	}
	w.optional("unit", a.Unit)
	w.time("at", a.At)
	w.time("opened_at", a.Opened)
	w.open("origin")
	w.text("topic", a.Origin.Topic)
	w.integer("partition", int64(a.Origin.Partition))
	w.integer("offset", a.Origin.Offset)
	w.integer("index", int64(a.Origin.Index))
	w.close()
	w.optional("subject", a.Subject)
	w.time("acknowledged_at", a.Acknowledged)
	w.optional("acknowledged_by", a.AcknowledgedBy)
	if s := a.DeviceScore; s.Known {
		w.number("device_score", math.Round(1000*float64(s.Score))/1000)
		w.optional("device_direction", s.Direction)
	}
	w.evidence(&a.Evidence)
	w.text("summary", a.Summary)
	w.text("action", a.Action)
	return append(w.dst, '}')
}

func (w *object) evidence(e *Evidence) {
	w.open("evidence")
	w.optional("statistic", e.Statistic)
	w.number("score", e.Score)
	w.number("threshold", e.Threshold)
	w.number("peak", e.Peak)
	w.moments("baseline", e.BaselineMean, e.BaselineSD, e.BaselineN, 0)
	w.moments("current", e.CurrentMean, e.CurrentSD, e.CurrentN, e.Since)
	w.positive("arl0", e.RunLength)
	w.positive("readings_a_day", e.ReadingsADay)
	if e.Correlation != 0 {
		w.number("correlation", e.Correlation)
	}
	if e.Thinned > 1 {
		w.integer("thinned", int64(e.Thinned))
	}
	w.positive("conformal_p", e.P)
	w.channels(e.Channels)
	w.number("value", e.Value)
	w.optional("comparator", e.Comparator)
	w.numbers("values", e.Values)
	w.number("low", e.Low)
	w.number("high", e.High)
	w.time("first_seen", e.FirstSeen)
	if e.Count != 0 {
		w.integer("count", int64(e.Count))
	}
	w.direction(e.Direction)
	w.close()
}

func (w *object) direction(d int) {
	switch {
	case d > 0:
		w.text("direction", "high")
	case d < 0:
		w.text("direction", "low")
	}
}

func (w *object) channels(parts []ChannelPart) {
	if len(parts) == 0 {
		return
	}
	w.array("channels")
	for i, p := range parts {
		w.element(i)
		w.text("name", p.Name)
		w.number("share", p.Share)
		w.direction(p.Direction)
		w.close()
	}
	w.end()
}

func (w *object) positive(key string, x float64) {
	if x > 0 {
		w.number(key, x)
	}
}

func (w *object) moments(key string, mean, sd float64, n int, since int64) {
	if !known(mean) && !known(sd) && n == 0 && since == 0 {
		return
	}
	w.open(key)
	w.number("mean", mean)
	w.number("sd", sd)
	if n != 0 {
		w.integer("n", int64(n))
	}
	w.time("since", since)
	w.close()
}
