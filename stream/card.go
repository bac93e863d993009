package stream

import (
	"encoding/binary"

	"labwatch/alerts"
	"labwatch/detectors"
)

// card is the little of a device that stays in memory for ever: what its silence and the views of the fleet need. The
// rest, what it has learned, may lie on disk. A card is a snapshot of its own, so that a tick that finds a device
// silent need not load and write what it has learned.
type card struct {
	name     string
	facility string
	records  int64 // readings admitted
	watched  int64 // of the kinds whose silence is watched
	lastSeen int64 // when the newest of those was heard
	heard    int64 // when anything of it was heard last
	newest   int64 // greatest event time, for readers
	learned  int64 // what the stored learned part covers; noLearned when there is none
	silent   *alerts.State
	retired  bool

	summary
}

// noLearned says that nothing learned is stored.
const noLearned = -1

// unknownSeries in a card says that its summary must be made from what the device has learned.
const unknownSeries = -1

// summary is what the fleet is shown of the learned part. It is kept in the card for when that part is not in memory.
type summary struct {
	series   int32 // numbers with a baseline of their own
	ready    int32 // of them, those whose baseline counts
	open     *[]AlertView
	standing detectors.Standing // of the newest readings; after a restart not known before the next one
	stoodAt  int64              // time of the newest of them
}

func (s *summary) alerts() []AlertView {
	if s.open == nil {
		return nil
	}
	return *s.open
}

func (c *card) appendState(b []byte) []byte {
	flags := byte(0)
	if c.retired {
		flags = 1
	}
	b = append(b, flags)
	b = appendString(b, c.facility)
	for _, v := range [...]int64{c.records, c.watched, c.lastSeen, c.heard, c.newest, c.learned, int64(c.series), int64(c.ready)} {
		b = binary.AppendVarint(b, v)
	}
	var silent []byte
	if c.silent != nil {
		silent = appendAlert(nil, c.silent)
	}
	b = appendBytes(b, silent)
	open := c.alerts()
	b = binary.AppendUvarint(b, uint64(len(open)))
	for _, a := range open {
		b = appendString(b, a.ID)
		b = appendString(b, a.Rule)
		b = appendString(b, a.Series)
		b = append(b, byte(a.Severity))
		b = binary.AppendVarint(b, a.Opened)
		b = binary.AppendUvarint(b, uint64(a.Count))
	}
	return b
}

func (c *card) readState(r *reader) {
	c.retired = r.byte()&1 != 0
	c.facility = r.string()
	c.records, c.watched, c.lastSeen, c.heard, c.newest, c.learned = r.varint(), r.varint(), r.varint(), r.varint(), r.varint(), r.varint()
	c.series, c.ready, c.standing = int32(r.varint()), int32(r.varint()), detectors.Standing{}
	c.silent, c.open = nil, nil
	if silent := r.bytes(); len(silent) > 0 {
		c.silent = new(alerts.State)
		if err := c.silent.UnmarshalBinary(silent); err != nil {
			r.fail(err)
		}
	}
	n := r.count(6)
	if n == 0 {
		return
	}
	open := make([]AlertView, n)
	for i := range open {
		open[i] = AlertView{ID: r.string(), Rule: r.string(), Series: r.string(), Severity: alerts.Severity(r.byte()),
			Opened: r.varint(), Count: int(r.uvarint())}
	}
	c.open = &open
}
