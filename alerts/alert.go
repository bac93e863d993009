// Package alerts turns scores into decisions. The heart is Policy.Step, a pure function from what was known and
// what is seen now to what is known next and what to say; around it stand the plain rules, the published form of
// an alert, and the sentence that a technologist reads. Time is the record's time: nothing here reads a clock.
package alerts

import "labwatch/record"

// Severity says how urgent an alert is. Higher is worse.
type Severity uint8

// The severities.
const (
	Info     Severity = 1 // worth knowing, nobody need act now
	Warning  Severity = 2 // look at the device in this shift
	Critical Severity = 3 // act now; results may be wrong or a patient in danger
)

// String is the word used in messages and metrics.
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Critical:
		return "critical"
	}
	return "none"
}

// Change is what an observation did to an alert.
type Change uint8

// The changes. Quiet means that there is nothing to say.
const (
	Quiet    Change = 0
	Opened   Change = 1
	Updated  Change = 2
	Resolved Change = 3
)

// String is the published state of an alert after the change.
func (c Change) String() string {
	switch c {
	case Opened:
		return "opened"
	case Updated:
		return "updated"
	case Resolved:
		return "resolved"
	}
	return ""
}

// Alert is what is published: one message for each change of one alert.
type Alert struct {
	ID       string // hash of the opening record's origin, the rule and the series: the same after any restart
	Sequence int    // 0 when opened, one more with each later message
	Change   Change
	Rule     string // detector or plain rule, such as "zmean" or "error_code"
	Severity Severity
	Device   string
	Facility string
	Kind     record.Kind // of the readings that it is about, in all its messages; Tick of a silence
	Series   string      // record.Series, a channel's name, or a group's; empty for the device as a whole
	Label    string      // what people call the series, from the config; empty: a name is made from Test or Series
	Test     record.Test
	Unit     string        // UCUM, of Evidence's values
	At       int64         // time of the record that made this message, nanoseconds since 1970 UTC; a resolved alert's is its newest
	Opened   int64         // time of the record that opened the alert
	Origin   record.Origin // the record that made this message
	Subject  string        // result id of a critical value, else empty
	Evidence Evidence
	Summary  string // one sentence for a technologist

	Acknowledged   int64  // when somebody said that he looks after it, nanoseconds since 1970 UTC; 0: nobody has
	AcknowledgedBy string // token of that person, in the message that tells of it
	Action         string // what to do first

	DeviceScore record.Standing // one score of all detectors and series of the device, when the message was made
}

// Evidence is what an alert rests on. Numbers that do not apply are NaN and left out of the message.
type Evidence struct {
	Statistic string  // the field's name of Score: "z", "D", "PSI", "isolation score", "value", "silence"
	Score     float64 // of the record that made the message
	Threshold float64 // level that was broken
	Peak      float64 // worst score since the alert opened

	BaselineMean, BaselineSD float64 // in the alert's unit
	BaselineN                int
	CurrentMean, CurrentSD   float64 // of the newest values that the score speaks of
	CurrentN                 int
	Since                    int64 // time of the oldest of them

	RunLength    float64 // ARL0: mean number of readings to a false alarm that Threshold is for; 0 when it promises none
	ReadingsADay float64 // of the series, by which the alarm budget was shared out; 0 when not known yet
	Correlation  float64 // lag-1 correlation of neighbouring readings; 0 when none was found
	Thinned      int     // readings from one that counts to the next; 0 when every reading counts

	P        float64       // probability of such a score while nothing is wrong, of one look; 0 when not known
	Channels []ChannelPart // of a vector, those that made the score

	Value      float64 // the newest value
	Comparator string  // "<", "<=", ">" or ">=" when Value is only a bound, else empty

	Values    []float64 // the last breaching values, oldest first, at most MaxValues
	Low, High float64   // limits of the plain rules
	FirstSeen int64     // time of the first breach
	Count     int       // breaches since then
	Direction int       // +1 high, -1 low, 0 none
}

// ChannelPart is what one channel has to do with the score of a vector.
type ChannelPart struct {
	Name      string
	Share     float64 // above 0, and about 1 in sum
	Direction int     // +1 above nearly all of what is normal, -1 below, 0 among it
}

// MaxValues bounds the values that an alert carries.
const MaxValues = 10
