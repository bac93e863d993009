package formats

import (
	"errors"
	"fmt"

	"labwatch/record"
)

var (
	errNested   = errors.New("a field holds an object or a list")
	errTwoNames = errors.New("a field stands under two names with different values")
	errChannels = errors.New("channels holds something that is neither a number nor a text under a name")
	errTwice    = errors.New("a name stands twice")
)

// member is a member that is no field, or a channel.
type member struct{ name, value string }

// other is a member that is no field.
type other struct {
	member
	number bool // in the grammar of JSON
}

// members are what a message holds, before it is known what kind it is.
type members struct {
	text        [fieldCount]string
	seen        set      // also those that are null
	nested      set      // those that hold an object or a list
	others      []other  // texts and numbers that are no fields
	channels    []member // of the member channels
	badChannels bool     // something in channels is neither a number nor a text
	names       channelNames
}

func (m *members) reset() {
	m.text = [fieldCount]string{}
	m.seen, m.nested, m.badChannels = 0, 0, false
	clear(m.others) // or a long message would live on through what a shorter one leaves
	clear(m.channels)
	m.others, m.channels = m.others[:0], m.channels[:0]
}

var errTwoKinds = fmt.Errorf("%w: it has fields of more than one", ErrUnknownKind)

// kind tells what the message is, from the member kind or else from fields that only one kind has. Told is the
// kind of the topic, 0 if any.
func (m *members) kind(told record.Kind) (record.Kind, error) {
	said := record.Kind(0)
	if text := m.text[kindField]; text != "" {
		for _, k := range kinds {
			if text == k.String() {
				said = k
				break
			}
		}
	}
	switch {
	case told != 0 && said != 0 && said != told:
		return 0, fmt.Errorf("%w that was expected: its member kind says %v on a topic of %v", ErrUnknownKind, said, told)
	case told != 0:
		return told, nil
	case said != 0:
		return said, nil
	case m.text[kindField] != "":
		return 0, fmt.Errorf("%w: its member kind is none of result, qc, log, telemetry", ErrUnknownKind)
	}
	for _, own := range [...]struct {
		kind   record.Kind
		fields set
	}{
		{record.Result, 1<<resultID | 1<<resultValue | 1<<collected},
		{record.Control, 1<<qcID | 1<<qcLevel | 1<<measuredValue},
		{record.Event, 1<<logTimestamp | 1<<eventType},
	} {
		if m.seen&own.fields == 0 {
			continue
		}
		if said != 0 {
			return 0, errTwoKinds
		}
		said = own.kind
	}
	switch {
	case said != 0:
		return said, nil
	case m.seen.has(sampleID), m.seen.has(channelsField), m.seen.has(timestamp) && len(m.others) > 0:
		return record.Telemetry, nil
	}
	return 0, ErrUnknownKind
}
