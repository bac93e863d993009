package record

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
)

var errCorrupt = errors.New("read record: the bytes are corrupt")

// UnmarshalBinary reads what AppendBinary wrote. All texts of the record are slices of one string, so a record
// costs one allocation and keeps at most its own texts alive; clone what outlives it. The list of channels is
// reused. A newer version is an error that names both; so is anything that AppendBinary cannot have written in
// form. After an error the record is empty.
func (r *Record) UnmarshalBinary(b []byte) error {
	*r = Record{Channels: r.Channels[:0]}
	if len(b) > 0 && b[0] > BinaryVersion {
		return fmt.Errorf("read record: version %d of the log is newer than %d, the newest that this labwatch knows",
			b[0], BinaryVersion)
	}
	if len(b) < 3 || b[0] == 0 {
		return errCorrupt
	}
	if !r.read(b) {
		*r = Record{Channels: r.Channels[:0]}
		return errCorrupt
	}
	return nil
}

func (r *Record) read(b []byte) bool {
	r.Kind = Kind(b[1])
	c := cursor{b: b[2:]}
	which := c.uvarint()
	if which>>endOfWhich != 0 {
		return false
	}
	times, numbers, texts := r.times(), r.numbers(), r.texts()
	for w := which & (1<<firstNumber - 1); w != 0; w &= w - 1 {
		*times[bits.TrailingZeros64(w)] = int64(c.fixed())
	}
	for w := which >> firstNumber & (1<<len(numbers) - 1); w != 0; w &= w - 1 {
		*numbers[bits.TrailingZeros64(w)] = math.Float64frombits(c.fixed())
	}
	if which&(1<<noTargets) != 0 {
		r.Expected, r.TargetSD = Missing(), Missing()
	}
	if which&(1<<hasMarks) != 0 {
		r.readMarks(&c)
	}
	var lengths [len(texts)]int
	for w := which >> firstText; w != 0; w &= w - 1 {
		lengths[bits.TrailingZeros64(w)] = c.length()
	}
	names := c // is at the channels; they are gone through again when their names are known
	if which&(1<<hasChannels) != 0 {
		r.readChannels(&c)
	}
	if c.bad || c.sum != uint64(len(c.b)) {
		return false
	}
	rest := string(c.b) // the one allocation
	for w := which >> firstText; w != 0; w &= w - 1 {
		i := bits.TrailingZeros64(w)
		*texts[i], rest = rest[:lengths[i]], rest[lengths[i]:]
	}
	if len(r.Channels) > 0 {
		names.uvarint()
	}
	for i := range r.Channels {
		n := names.uvarint()
		r.Channels[i].Name, rest = rest[:n], rest[n:]
		names.uvarint()
		names.fixed()
	}
	return true
}

func (r *Record) readMarks(c *cursor) {
	r.Origin.Partition = int32(c.signed(math.MinInt32, math.MaxInt32))
	r.Origin.Offset = c.signed(math.MinInt64, math.MaxInt64)
	r.Origin.Index = int32(c.signed(math.MinInt32, math.MaxInt32))
	r.UTCOffset = int32(c.signed(math.MinInt32, math.MaxInt32))
	r.Flags = Flag(c.upTo(math.MaxUint32))
	r.Value.Kind = ValueKind(c.upTo(math.MaxUint8))
	r.Status = Status(c.upTo(math.MaxUint8))
	r.Passed = Verdict(c.upTo(math.MaxUint8))
	r.EventType = EventType(c.upTo(math.MaxUint8))
}

// readChannels reads all but the names. The count is held against the bytes that are left, so that corrupt bytes
// cannot ask for memory.
func (r *Record) readChannels(c *cursor) {
	n := c.upTo(uint64(len(c.b) / leastChannel))
	for range n {
		c.length()
		flags := Flag(c.upTo(math.MaxUint32))
		r.Channels = append(r.Channels, Channel{Flags: flags, Value: math.Float64frombits(c.fixed())})
	}
}
