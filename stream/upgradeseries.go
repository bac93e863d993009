package stream

import (
	"encoding/binary"
	"errors"

	"labwatch/detectors"
)

// seriesLayout says which parts of a series were written.
type seriesLayout struct{ pace, waiting bool }

// seriesLayouts are those that there have been, the newest first. The first builds gave none of them a version of its
// own, so the bytes must tell: a layout is right when it takes them all, to the last.
var seriesLayouts = [...]seriesLayout{{true, true}, {true, false}, {false, false}}

var errLayout = errors.New("its series are in no layout that there was")

// upgradeSeries appends the series of a device, all that r still holds, in the present layout. A part that was not
// written is that of a new series.
func upgradeSeries(b []byte, r *reader) []byte {
	if r.err != nil {
		return b
	}
	rest := r.b
	for _, layout := range seriesLayouts {
		try := reader{b: rest}
		if out := layout.upgrade(b[:len(b):len(b)], &try); try.done() == nil {
			r.b = nil
			return out
		}
	}
	r.fail(errLayout)
	return b
}

func (l seriesLayout) upgrade(b []byte, r *reader) []byte {
	n := r.count(4)
	b = binary.AppendUvarint(b, uint64(n))
	for range n {
		b = appendString(b, r.string()) // name
		b = append(b, r.byte())         // kind
		for range 4 {                   // unit and test
			b = appendString(b, r.string())
		}
		b = binary.AppendVarint(b, r.varint()) // seen
		var (
			cast    votes
			pace    Pace
			waiting Waiting
		)
		cast.readWide(r)
		if l.pace {
			pace.readWide(r)
		}
		if l.waiting {
			waiting.read(r)
		}
		b = waiting.append(pace.append(cast.append(b)))
		b = appendBytes(b, r.bytes()) // baseline
		b = upgradePanel(b, r)
		b = appendStanding((*former)(nil).append(b), detectors.Standing{})
		if r.err != nil {
			return b
		}
	}
	return b
}

// upgradePanel appends detectors, of whose scores nothing is known to be usual.
func upgradePanel(b []byte, r *reader) []byte {
	n := r.count(3)
	b = binary.AppendUvarint(b, uint64(n))
	for range n { // name, state, alert
		b = appendBytes(appendBytes(appendBytes(b, r.bytes()), r.bytes()), r.bytes())
		b = appendBytes(b, nil)
	}
	return b
}

// upgradeGroup appends a group in the present layout.
func upgradeGroup(b []byte, r *reader) []byte {
	n := r.count(1)
	b = binary.AppendUvarint(b, uint64(n))
	for range n {
		b = appendString(b, r.string()) // channel
	}
	b = binary.AppendUvarint((*former)(nil).append(upgradePanel(b, r)), 0) // no recurrences
	n = r.count(4)
	b = binary.AppendUvarint(b, uint64(n))
	for range n {
		b = appendString(b, r.string())          // device
		b = binary.AppendVarint(b, r.varint())   // newest
		b = binary.AppendUvarint(b, r.uvarint()) // leaps
		states := r.count(2)
		b = binary.AppendUvarint(b, uint64(states))
		for range states { // detector, alert
			b = appendBytes(appendBytes(b, r.bytes()), r.bytes())
		}
		b = append((*acceptance)(nil).append(appendStanding(b, detectors.Standing{}), nil), 0)
	}
	return b
}
