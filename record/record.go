// Package record holds what a reading is: as an instrument sent it (Raw), and as labwatch publishes it
// (Record), and the way from the one to the other. It imports nothing of ours, so that everyone may import it.
package record

import "math"

// Kind tells the four streams of a laboratory apart, and the tick that carries time.
type Kind uint8

// The kinds. Their numbers are part of the log's encoding and never change.
const (
	Result    Kind = 1 // a patient's laboratory result
	Control   Kind = 2 // a quality-control measurement
	Event     Kind = 3 // an entry of a device's log
	Telemetry Kind = 4 // one or more sensor channels of a device
	Tick      Kind = 5 // no reading: time has passed
)

// String is the word used in messages, config and metrics.
func (k Kind) String() string {
	switch k {
	case Result:
		return "result"
	case Control:
		return "qc"
	case Event:
		return "log"
	case Telemetry:
		return "telemetry"
	case Tick:
		return "tick"
	}
	return "unknown"
}

// Origin is the place of the raw record that something was made from. It is unique and never changes,
// so identifiers are hashes of origins.
type Origin struct {
	Topic     string
	Partition int32
	Offset    int64
	Index     int32 // of the reading within its message, from 0; a message may hold several
}

// Raw is one reading as a format read it: every field as it was written, nothing judged.
// An empty string means that the message did not have the field.
type Raw struct {
	Kind       Kind
	ID         string // result_id, qc_id or sample_id; of a log entry alert_id, for a verdict on an alert
	Patient    string // clear identifier; leaves the standardizer only as a token
	Technician string // likewise
	Device     string
	Facility   string
	TestCode   string // the site's own code
	Value      string // result_value or measured_value
	Unit       string
	Status     string // of a result: final, corrected, F, C, ...
	Time       string // collected_timestamp, log_timestamp or timestamp
	Resulted   string // resulted_timestamp
	Ingested   string // ingestion_timestamp

	Level    string // qc_level
	Lot      string
	Expected string // expected_value
	TargetSD string // standard deviation that the lab set for this level and lot
	Passed   string // true or false as the instrument judged

	EventType   string // of a log entry
	Severity    string
	Calibration string // calibration_date
	Maintenance string // maintenance_date

	Channels []RawChannel // of telemetry, in the order in which they were written
}

// RawChannel is one channel of a telemetry record, as written.
type RawChannel struct{ Name, Value string }

// ValueKind says what a value text turned out to be.
type ValueKind uint8

// The kinds of values. Only Number is ever taught to a detector.
const (
	NoValue ValueKind = 0
	Number  ValueKind = 1 // 5.6
	Bound   ValueKind = 2 // <0.01, >500: censored, Number is the bound and Comparator the side
	Range   ValueKind = 3 // 0-2: Number to High
	Titre   ValueKind = 4 // 1:320: Number is the reciprocal, 320
	Grade   ValueKind = 5 // 2+: Number is the count of plus signs
	Text    ValueKind = 6 // Detected, HOLD, ...: Text is set if the word is on the allow-list
)

// Value is a standardized value. Number and High are in the record's Unit.
type Value struct {
	Kind       ValueKind
	Comparator string // "<", "<=", ">", ">=" of a Bound; also of a Titre and of a comment behind a Text; else empty
	Number     float64
	High       float64 // upper end of a Range
	Text       string  // canonical word of a Text, empty if it was withheld
}

// Test names what was measured.
type Test struct {
	Local string // the site's code
	LOINC string // empty when unmapped
	Name  string // LOINC's official name, unaltered, or empty
}

// Conversion records how a number got into its unit: to = Factor*from + Offset.
type Conversion struct {
	From, To       string // UCUM
	Factor, Offset float64
	Source         string // where the factor is from, such as "molar mass 180.156 g/mol"
}

// Channel is one standardized telemetry channel.
type Channel struct {
	Name  string
	Value float64 // NaN when Flags says why there is none
	Flags Flag
}

// Record is one standardized reading. Times are nanoseconds since 1970 UTC, 0 when unknown.
type Record struct {
	Kind       Kind
	Origin     Origin
	Arrived    int64 // timestamp that Kafka keeps with the raw record
	Time       int64 // event time: when the specimen was collected or the device spoke
	UTCOffset  int32 // of the site's zone at Time, seconds east; for the published hour and weekday
	ID         string
	Device     string
	Facility   string
	Patient    string // p1.<key id>.<HMAC>, never clear
	Technician string // likewise, under another key
	Flags      Flag

	Test       Test
	Value      Value
	Unit       string     // UCUM, after conversion
	Conversion Conversion // zero when none was needed
	Status     Status
	Resulted   int64

	Level, Lot string
	Expected   float64 // in Unit; NaN when not given
	TargetSD   float64 // in Unit; NaN when not given
	Passed     Verdict

	EventType   EventType
	Severity    string // canonical: debug, info, warning, error, critical
	Calibration int64
	Maintenance int64

	Channels []Channel
}

// Verdict is a yes, a no, or nothing said.
type Verdict uint8

// The verdicts.
const (
	NotSaid Verdict = 0
	Yes     Verdict = 1
	No      Verdict = 2
)

// Series names the one-dimensional series that the value of a result or control belongs to, such as
// "2345-7" or "qc/2345-7/L2/lot 4711"; empty when the record has no value that may be compared over time. The unit is
// part of the name where the embedded table does not hold the test to one, as in "2465-3:g/L" and "local:XTROP:ng/mL".
func (r *Record) Series() string {
	code := r.Test.LOINC
	if code == "" {
		if r.Test.Local == "" {
			return ""
		}
		code = "local:" + r.Test.Local
	}
	if r.Unit != "" && tabled()[r.Test.LOINC] == "" {
		code += ":" + r.Unit
	}
	if r.Kind != Control {
		return code
	}
	code = "qc/" + code + "/" + r.Level
	if r.Lot != "" {
		code += "/" + r.Lot
	}
	return code
}

// Measurand names what a result or control measured, of a control its level too, such as "2345-7" or "qc/2345-7/L2"; empty
// without a test. It is for rules that compare no numbers over time. A failed control, an error code or a result that was taken
// back may come without the unit of the reading that follows it, so the unit is no part of it, and a code that is published
// under its twin when its unit is known, as 14749-6 under 2345-7, is called so without one too. A lot may never come again.
func (r *Record) Measurand() string {
	var room [64]byte // enough for most
	return string(r.AppendMeasurand(room[:0]))
}

// AppendMeasurand appends the Measurand to b.
func (r *Record) AppendMeasurand(b []byte) []byte {
	code, local := r.Test.LOINC, ""
	if published := tabled()[code]; published != "" {
		code = published
	}
	if code == "" {
		if r.Test.Local == "" {
			return b
		}
		code, local = "local:", r.Test.Local
	}
	if r.Kind != Control {
		return append(append(b, code...), local...)
	}
	b = append(append(append(b, "qc/"...), code...), local...)
	return append(append(b, '/'), r.Level...)
}

// Score is what one detector said of one series of a record.
type Score struct {
	Detector string
	Series   string
	Value    float64 // in the detector's unit, higher is worse; meaningless unless Ready
	Limit    float64 // level at which it counts as a breach, NaN when there is none
	Ready    bool    // false while warming up
}

// Missing is the number used where a record has none.
func Missing() float64 { return math.NaN() }
