package stream

import (
	"encoding/binary"
	"fmt"
	"strings"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// series is one device's readings of one analyte, control or channel.
type series struct {
	name     string
	kind     record.Kind
	baseline *detectors.Baseline
	panel
	seen  int64 // greatest event time, to forget the oldest series of a device that has too many
	votes votes
	pace  Pace
	// waiting is how long its alerts have been open.
	waiting Waiting
	// promises are the detectors that share the alarm budget.
	promises Shares
	former   *former            // what was normal before; nil: nothing
	standing detectors.Standing // of the newest reading that counted
	unit     string             // of the newest reading, for alerts that speak without one
	test     record.Test
}

func newSeries(j *Judging, kind record.Kind, device, name string) *series {
	s := &series{name: name, kind: kind, baseline: j.baseline(device, name)}
	s.panel = newPanel(j, kind, j.Plan.Series[kind], device, name, s.baseline)
	s.promises = SharesOf(s.dets, j.Plan.Series[kind], kind, j.policies)
	return s
}

// bytes is about how much memory the series takes, in bytes.
func (s *series) bytes() int {
	n := seriesBytes + len(s.name) + s.votes.bytes() + s.baseline.Bytes() + s.former.bytes() + stateBytes*len(s.states) + detectors.RarityBytes*len(s.dets)
	for _, d := range s.dets {
		if sized, ok := d.(detectors.Sized); ok {
			n += sized.Bytes()
		}
	}
	return n
}

// learn teaches the baseline and then the detectors.
func (s *series) learn(sample detectors.Sample) {
	s.baseline.Learn(sample)
	for _, d := range s.dets {
		d.Learn(sample)
	}
}

// side is on which side of the mean of what is normal a value lies: +1 above, -1 below, 0 while there is none.
func (s *series) side(value float64) int {
	m, ok := s.baseline.Moments()
	if !ok {
		return 0
	}
	return alerts.Side(value - m.Mean)
}

// remember keeps what alerts without a record of their own need to say about the series.
func (s *series) remember(about *subject) {
	s.seen = max(s.seen, about.at)
	if s.unit != about.unit || s.test != about.test {
		s.unit, s.test = together(about.unit, about.test)
	}
}

// together copies unit and test into one piece of memory: they are compared with every reading's.
func together(unit string, t record.Test) (string, record.Test) {
	var all strings.Builder
	all.Grow(len(unit) + len(t.Local) + len(t.LOINC) + len(t.Name))
	keep := func(s string) string {
		from := all.Len()
		all.WriteString(s)
		return all.String()[from:]
	}
	return keep(unit), record.Test{Local: keep(t.Local), LOINC: keep(t.LOINC), Name: keep(t.Name)}
}

// cloned copies a string out of a message, whose memory is not ours to keep.
func cloned(s string) string { return strings.Clone(s) }

func (s *series) append(b []byte, named []Named) []byte {
	b = append(b, byte(s.kind))
	b = appendString(b, s.unit)
	b = appendString(b, s.test.Local)
	b = appendString(b, s.test.LOINC)
	b = appendString(b, s.test.Name)
	b = binary.AppendVarint(b, s.seen)
	b = s.waiting.append(s.pace.append(s.votes.append(b)))
	b = appendBytes(b, mustMarshal(s.baseline))
	return appendStanding(s.former.append(s.panel.append(b, named)), s.standing)
}

// readSeries restores one series of a device.
func readSeries(r *reader, j *Judging, device, name string) *series {
	var kind [1]byte
	if len(r.b) < 1 {
		r.fail(errShort)
		return nil
	}
	kind[0], r.b = r.b[0], r.b[1:]
	s := newSeries(j, record.Kind(kind[0]), device, name)
	s.unit, s.test = together(r.string(), record.Test{Local: r.string(), LOINC: r.string(), Name: r.string()})
	s.seen = r.varint()
	s.votes.read(r)
	s.pace.read(r)
	s.waiting.read(r)
	base := r.bytes()
	if r.err != nil {
		return nil
	}
	if err := s.baseline.UnmarshalBinary(base); err != nil {
		r.fail(fmt.Errorf("read baseline of %q: %w", name, err))
		return nil
	}
	s.panel.read(r, j, j.Plan.Series[s.kind])
	s.former = readFormer(r)
	s.standing = readStanding(r)
	if s.pace.asked > 0 && j.FalseAlarms > 0 {
		s.promises.Ask(s.pace.asked)
	}
	return s
}

func appendAlert(b []byte, s *alerts.State) []byte {
	b, _ = s.AppendBinary(b) // never fails, by its contract
	return b
}
