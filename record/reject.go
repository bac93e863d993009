package record

// Reject says why a message or a reading was set aside.
type Reject struct {
	Code  string // one of the codes below, fit for a metric label
	Stage string // where it failed: decode or standardize
}

// The reasons for which readings are set aside. Those of decoding belong to the message as a whole.
const (
	Undecodable = "undecodable"  // not in the format of its topic
	UnknownKind = "unknown_kind" // none of the four streams
	TooLarge    = "too_large"    // message, identifier or count of channels over its bound
	NoDevice    = "no_device"    // nobody to attribute it to
	NoTime      = "no_time"      // no event time
	BadTime     = "bad_time"     // an event time that cannot be read
	NoTestCode  = "no_test_code" // a result or control that does not say what was measured
	NoValueSent = "no_value"     // a result or control whose value is blank, and which is no cancellation
	NoChannels  = "no_channels"  // telemetry without a channel
)

// maxIdentifier bounds every identifier of a record, in bytes; maxChannels the channels of a telemetry record.
const (
	maxIdentifier = 256
	maxChannels   = 256
)

// reject returns the reason as the standardizer gives it. The reasons are constants of the caller, so this
// allocates only where something was wrong.
func reject(code string) *Reject { return &Reject{Code: code, Stage: "standardize"} }
