// Package formats turns the bytes of a message into raw readings; it judges none of them. A format is one file
// and one line in Builtin. Errors never hold any of the message, because a message may name a patient.
package formats

import (
	"errors"
	"fmt"
	"slices"

	"labwatch/record"
)

// Format reads the messages of one topic. It may hold scratch space and serves one goroutine.
type Format interface {
	// Decode appends the readings of one message to dst. After an error dst is returned as it came. The payload
	// may be reused at once: texts of a reading are copies, which may share their memory with those of other messages;
	// clone what is kept for long. The list of channels of a reading is reused when dst is handed in again, cut to be
	// empty; copy what outlives that.
	Decode(dst []record.Raw, payload []byte) ([]record.Raw, error)
}

// Plugin makes a Format, or says what is wrong with the options.
type Plugin func(Options) (Format, error)

// Options say how a topic is written.
type Options struct {
	// Kind is that of every message of the topic. Default 0: the message tells.
	Kind record.Kind `yaml:"-"`
	// Columns tell a csv format which column holds a field. Keys are the fields' names in the JSON form, such as
	// test_code. Values are templates in which {COLUMN} stands for the text of that column and {#} for the number
	// of the data row, from 1. Default: columns that are called like fields.
	Columns map[string]string `yaml:"columns"`
	// Header names the columns of a csv format in their order. Default empty: the first row of the first message
	// is the header.
	Header []string `yaml:"header"`
}

// Builtin returns all formats by name, as a map of its own: whoever adds to it changes nobody else's.
func Builtin() map[string]Plugin {
	return map[string]Plugin{
		"json": NewJSON,
		"csv":  NewCSV,
	}
}

// The kinds of errors that Decode returns, to be told apart with errors.Is or Code.
var (
	ErrTooLarge    = errors.New("message is over its bound")
	ErrUnknownKind = errors.New("message is none of the four streams")
)

// Code is the reason code for a message on which Decode failed.
func Code(err error) string {
	switch {
	case errors.Is(err, ErrTooLarge):
		return record.TooLarge
	case errors.Is(err, ErrUnknownKind):
		return record.UnknownKind
	}
	return record.Undecodable
}

// MaxMessage bounds a message, in bytes. A reading takes a few hundred.
const MaxMessage = 1 << 20

func checkKind(k record.Kind) error {
	if k == 0 || slices.Contains(kinds[:], k) {
		return nil
	}
	return fmt.Errorf("kind %d is none of the four streams", k)
}

var kinds = [...]record.Kind{record.Result, record.Control, record.Event, record.Telemetry}

// extend makes room for one more reading and keeps the list of channels that stood there before.
func extend(dst []record.Raw) ([]record.Raw, *record.Raw) {
	if len(dst) < cap(dst) {
		dst = dst[:len(dst)+1]
	} else {
		dst = append(dst, record.Raw{})
	}
	raw := &dst[len(dst)-1]
	clear(raw.Channels) // or a long message would live on through what a shorter one leaves
	channels := raw.Channels[:0]
	*raw = record.Raw{}
	raw.Channels = channels
	return dst, raw
}
