package stream

import (
	"encoding/binary"
	"errors"
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
			pace.read(r)
		}
		if l.waiting {
			waiting.read(r)
		}
		b = waiting.append(pace.append(cast.append(b)))
		b = appendBytes(b, r.bytes()) // baseline
		detectors := r.count(3)
		b = binary.AppendUvarint(b, uint64(detectors))
		for range detectors { // name, state, alert
			b = appendBytes(appendBytes(appendBytes(b, r.bytes()), r.bytes()), r.bytes())
		}
		b = (*former)(nil).append(b)
		if r.err != nil {
			return b
		}
	}
	return b
}
