package alerts

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

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
	w.number("value", e.Value)
	w.optional("comparator", e.Comparator)
	w.numbers("values", e.Values)
	w.number("low", e.Low)
	w.number("high", e.High)
	w.time("first_seen", e.FirstSeen)
	if e.Count != 0 {
		w.integer("count", int64(e.Count))
	}
	switch {
	case e.Direction > 0:
		w.text("direction", "high")
	case e.Direction < 0:
		w.text("direction", "low")
	}
	w.close()
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

// object appends the fields of JSON objects. Keys are ours and need no escaping.
type object struct {
	dst   []byte
	first bool // nothing is in the innermost object yet
}

func (w *object) key(k string) {
	if !w.first {
		w.dst = append(w.dst, ',')
	}
	w.first = false
	w.dst = append(w.dst, '"')
	w.dst = append(w.dst, k...)
	w.dst = append(w.dst, '"', ':')
}

func (w *object) open(k string) {
	w.key(k)
	w.dst, w.first = append(w.dst, '{'), true
}

func (w *object) close() { w.dst, w.first = append(w.dst, '}'), false }

func (w *object) text(k, v string) {
	w.key(k)
	w.dst = appendString(w.dst, v)
}

func (w *object) optional(k, v string) {
	if v != "" {
		w.text(k, v)
	}
}

func (w *object) integer(k string, v int64) {
	w.key(k)
	w.dst = strconv.AppendInt(w.dst, v, 10)
}

// time leaves 0 out: the time is unknown.
func (w *object) time(k string, at int64) {
	if at == 0 {
		return
	}
	w.key(k)
	w.dst = append(w.dst, '"')
	w.dst = time.Unix(0, at).UTC().AppendFormat(w.dst, time.RFC3339Nano)
	w.dst = append(w.dst, '"')
}

func (w *object) number(k string, v float64) {
	if known(v) {
		w.key(k)
		w.dst = appendNumber(w.dst, v)
	}
}

func (w *object) numbers(k string, vs []float64) {
	if len(vs) == 0 {
		return
	}
	w.key(k)
	w.dst = append(w.dst, '[')
	sep := false
	for _, v := range vs {
		if !known(v) {
			continue
		}
		if sep {
			w.dst = append(w.dst, ',')
		}
		w.dst, sep = appendNumber(w.dst, v), true
	}
	w.dst = append(w.dst, ']')
}

// appendNumber writes the shortest decimal that reads back to the same bits.
func appendNumber(dst []byte, v float64) []byte {
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}

// appendString writes s as a JSON string (RFC 8259): quotes, backslashes and control characters escaped.
// U+2028 and U+2029 are escaped too, because JavaScript once took them for line ends.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '"' || c == '\\':
				dst = append(dst, '\\', c)
			case c < 0x20 || c == 0x7f:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			default:
				dst = append(dst, c)
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if r == '\u2028' || r == '\u2029' {
			dst = append(dst, '\\', 'u', '2', '0', '2', hex[r&15])
			continue
		}
		dst = utf8.AppendRune(dst, r) // RuneError for a byte that is not UTF-8
	}
	return append(dst, '"')
}
