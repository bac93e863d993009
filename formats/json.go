package formats

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"labwatch/record"
)

// maxMembers bounds the members of a message. An honest one has about ten, telemetry up to a few hundred.
const maxMembers = 1024

// JSON reads messages that are one JSON object each, in the strict sense of RFC 8259 and I-JSON (RFC 7493): UTF-8,
// no name twice, nothing behind the object. Fields are texts, numbers or booleans, and are kept as they are
// written; null is absent. Of telemetry, all members of "channels", which may be an object or a list of {"name", "value"},
// are channels, and so is every further member that is a number, also as a text, unless its name is that of a thing or
// a person. Other members are passed over.
type JSON struct {
	kind    record.Kind
	scan    scanner
	members members
	names   nameSet // that are no fields
	habit   habit
	texts   record.Texts
}

// NewJSON is the Plugin of JSON. It takes neither columns nor a header.
func NewJSON(o Options) (Format, error) {
	if len(o.Columns) > 0 || len(o.Header) > 0 {
		return nil, errors.New("columns and header are of csv, json has none")
	}
	if err := checkKind(o.Kind); err != nil {
		return nil, err
	}
	return &JSON{kind: o.Kind}, nil
}

// Decode reads one message. The reading's texts are slices of one copy of the payload; nothing is allocated for them
// alone unless a text has escapes.
func (j *JSON) Decode(dst []record.Raw, payload []byte) ([]record.Raw, error) {
	if len(payload) > MaxMessage {
		return dst, fmt.Errorf("read json: %w, %d bytes", ErrTooLarge, MaxMessage)
	}
	j.scan = scanner{s: j.texts.Copy(payload)}
	j.members.reset()
	j.names.reset()
	err := j.message()
	if (err != nil || j.scan.wide) && !utf8.ValidString(j.scan.s) {
		return dst, errors.New("read json: not UTF-8")
	}
	if err != nil {
		return dst, fmt.Errorf("read json: at byte %d: %w", j.scan.i, err)
	}
	kind, err := j.members.kind(j.kind)
	if err != nil {
		return dst, fmt.Errorf("read json: %w", err)
	}
	out, raw := extend(dst)
	if err := j.members.fill(raw, kind); err != nil {
		return dst, fmt.Errorf("read json: %w", err)
	}
	return out, nil
}

func (j *JSON) message() error {
	c := &j.scan
	c.space()
	if !c.take('{') {
		return errNoObject
	}
	before := noField
	for n := 0; ; n++ {
		more, err := c.next('}', n == 0)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		f, name, err := j.name(before)
		if err != nil {
			return err
		}
		if n == maxMembers {
			return ErrTooLarge
		}
		if err := j.member(f, name); err != nil {
			return err
		}
		before = f
	}
	c.space()
	if c.i != len(c.s) {
		return errTrailing
	}
	return nil
}

// name reads the name of the member behind the field before. That of a field may be left out: the field says it.
func (j *JSON) name(before field) (f field, name string, err error) {
	c := &j.scan
	if f = j.habit[before]; f != unknown && strings.HasPrefix(c.s[c.i:], heads[f]) {
		c.i += len(heads[f])
		c.space()
		return f, "", nil
	}
	if name, err = c.name(); err != nil {
		return unknown, "", err
	}
	if f = fieldOf(name); f != unknown {
		j.habit[before] = f
	}
	return f, name, nil
}

// habit is which field came behind which. Whoever writes messages writes their members in one order, so most names
// need no more than a comparison with the one that is expected.
type habit [fieldCount + 1]field

func (j *JSON) member(f field, name string) error {
	if f == unknown && !j.names.add(name) || j.members.seen.has(f) {
		return errTwice
	}
	if f != unknown {
		j.members.seen |= 1 << f
	}
	if f == channelsField && (j.scan.at('{') || j.scan.at('[')) {
		return j.channels()
	}
	value, sort, err := "", textValue, error(nil)
	if j.scan.at('"') { // most
		value, err = j.scan.text()
	} else {
		value, sort, err = j.scan.value(1)
	}
	if err != nil {
		return err
	}
	switch {
	case sort == nestedValue:
		j.members.nested |= 1 << f
	case f != unknown:
		j.members.text[f] = value
	case sort == textValue || sort == numberValue:
		j.members.others = append(j.members.others, other{member{name, value}, sort == numberValue})
	}
	return nil
}
