// Package stream is the engine. It turns messages into judged records and alerts and knows neither Kafka nor
// Badger: whoever has messages hands them to an Intake, a Sequencer or a Worker and takes what they emit.
//
// A Sequencer is stateless: it standardizes raw messages into the log. A Worker owns one partition of the log, or
// of a fused input topic, and everything that is known about its devices; it has no locks because nobody shares it.
package stream

// Message is one input record as Kafka, or a file, holds it.
type Message struct {
	Topic      string
	Partition  int32
	Offset     int64
	Key, Value []byte
	At         int64 // Kafka's timestamp of the message, nanoseconds since 1970 UTC, 1 ms resolution; 0 in a file
}

// Sink names one of the places that outputs go to.
type Sink uint8

// The sinks. Their topics are configured in the room that knows Kafka.
const (
	Log     Sink = iota // standardized readings in one order a device
	Records             // standardized and scored, for users
	Alerts              // opened, updated, resolved
	Rejects             // what could not be read, sealed
)

// Header is one header of an output.
type Header struct {
	Key   string
	Value []byte
}

// Output is one message to be published. Its bytes are not touched again by whoever emitted it before he is told to
// reuse them; the list of headers is, so whoever keeps an output copies the list.
type Output struct {
	To         Sink
	Key, Value []byte
	Headers    []Header
}

// Emit takes an output. It never blocks for long and never fails: trouble shows when the transaction ends.
type Emit func(Output)
