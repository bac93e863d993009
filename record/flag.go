package record

// Flag is a set of remarks about a record or a channel.
type Flag uint32

// The flags. Their bits are part of the log's encoding and never change.
const (
	ErrorCode    Flag = 1 << iota // the number is a machine's error code, such as -999
	Implausible                   // outside the plausible limits of the test
	Censored                      // the value is a bound, not a number
	NotNumeric                    // text, titre, grade or range
	Withheld                      // text that is not on the allow-list was dropped
	Unmapped                      // the local code has no LOINC
	UnitMissing                   // no unit was sent and the mapping knows none
	UnitUnknown                   // the unit is not known, can mean two things, or does not fit the test
	ZoneAssumed                   // the timestamp had no zone; the site's was taken
	NoID                          // no result id: a repeat cannot be recognised
	NoPatient                     // a result without patient
	CriticalLow                   // at or below the critical limit; below it in the original's profile
	CriticalHigh                  // at or above the critical limit; above it in the original's profile
	Correction                    // replaces an earlier result of the same id
	Late                          // older than the newest of its device by more than the grace
	Early                         // event time lies after its arrival by more than the grace
	Withdrawn                     // cancelled, entered in error or wrong patient: never judged
	Unusable                      // telemetry channel whose value is no number
)

var flagNames = [...]string{"error_code", "implausible", "censored", "not_numeric", "withheld", "unmapped",
	"unit_missing", "unit_unknown", "zone_assumed", "no_id", "no_patient", "critical_low", "critical_high",
	"correction", "late", "early", "withdrawn", "unusable"}

// Has says whether any of the flags in g is set.
func (f Flag) Has(g Flag) bool { return f&g != 0 }

// Names appends the names of the set flags, in the order of their bits.
func (f Flag) Names(dst []string) []string {
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			dst = append(dst, name)
		}
	}
	return dst
}

// Status is the state of a result.
type Status uint8

// The states. Their numbers are part of the log's encoding and never change.
const (
	Final       Status = 0 // also when nothing was said
	Preliminary Status = 1
	Corrected   Status = 2
	Cancelled   Status = 3 // cancelled, deleted, entered in error, wrong patient
)

// EventType is what a log entry means to labwatch.
type EventType uint8

// The event types. Their numbers are part of the log's encoding and never change.
const (
	OtherEvent       EventType = 0
	ErrorEvent       EventType = 1
	WarningEvent     EventType = 2
	CalibrationEvent EventType = 3 // baselines of the device are learned anew
	MaintenanceEvent EventType = 4
	LotEvent         EventType = 5 // a reagent or control lot was changed

	// Verdicts of a person on an alert, which the record's ID names: see Record.Alert.
	AcceptEvent      EventType = 7 // rejected: what the alert speaks of is normal from now on, its baseline is learned anew
	AcknowledgeEvent EventType = 8 // confirmed: somebody looks after it
	RollBackEvent    EventType = 9 // the baseline before the last learning anew holds again
	RetiredEvent     EventType = 6 // the device was taken out of service for good
)
