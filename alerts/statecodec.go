package alerts

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var (
	_ encoding.BinaryAppender    = (*State)(nil)
	_ encoding.BinaryUnmarshaler = (*State)(nil)
)

// stateVersion is the newest first byte of an encoded State. Version 2 has the time of the acknowledgement at its end;
// a state without one is written as version 1, which is all that it needs.
const stateVersion = 2

// ErrNewerState says that a state was written by a newer labwatch. It is refused, not guessed at.
var ErrNewerState = errors.New("written by a newer labwatch")

var errCorruptState = errors.New("corrupt")

// AppendBinary appends the state: 2 bytes when it is idle, about 50 to 170 else. Numbers keep their bits.
// It never fails.
func (s *State) AppendBinary(b []byte) ([]byte, error) {
	version := byte(1)
	if s.Acknowledged != 0 {
		version = 2
	}
	b = append(b, version, byte(s.Phase))
	if s.Phase == Idle {
		return b, nil
	}
	b = append(b, byte(s.Severity), byte(s.Direction))
	for _, n := range [...]uint32{s.Breaches, s.Clears, s.Count, s.Sequence} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(s.FirstSeen))
	b = binary.AppendUvarint(b, uint64(s.Newest-s.FirstSeen)) // small, and never below zero
	b = appendFloat(b, s.Peak)
	b = appendFloat(b, s.PeakValue)
	for _, v := range s.values[:min(s.Count, MaxValues)] {
		b = appendFloat(b, v)
	}
	if s.Phase == Pending {
		return b, nil
	}
	b = binary.AppendUvarint(b, uint64(s.Opened-s.FirstSeen))
	b = binary.AppendUvarint(b, uint64(s.Said-s.FirstSeen))
	b = append(b, s.ID[:]...)
	if version == 2 {
		b = binary.LittleEndian.AppendUint64(b, uint64(s.Acknowledged))
	}
	return b, nil
}

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: cut, longer, reordered or impossible bytes are
// an error, a newer version is ErrNewerState. After an error the state is unchanged.
func (s *State) UnmarshalBinary(data []byte) error {
	if len(data) > 0 && data[0] > stateVersion {
		return fmt.Errorf("read alert state: version %d, this one reads %d: %w", data[0], stateVersion, ErrNewerState)
	}
	r := reader{data: data}
	t := r.state()
	if r.bad || !t.possible() {
		return fmt.Errorf("read alert state of %d bytes: %w", len(data), errCorruptState)
	}
	// Every state has one encoding only, so whatever was not read in full, or written in another way, shows here.
	if again, _ := t.AppendBinary(make([]byte, 0, len(data))); !bytes.Equal(again, data) {
		return fmt.Errorf("read alert state of %d bytes: %w", len(data), errCorruptState)
	}
	*s = t
	return nil
}

// possible says whether Step could have made s.
func (s *State) possible() bool {
	if s.Phase == Idle {
		return true
	}
	if s.Acknowledged != 0 && s.Phase == Pending {
		return false
	}
	return s.Phase <= Ended && s.Severity >= Info && s.Severity <= Critical &&
		s.Direction >= -1 && s.Direction <= 1 && s.Count > 0 && !math.IsNaN(s.Peak)
}

// reader reads the fields of a state in order. After the first that is not there it is bad and gives zeros.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) state() State {
	var s State
	version := r.byte()
	if version == 0 || version > stateVersion {
		r.bad = true
	}
	s.Phase = Phase(r.byte())
	if s.Phase == Idle || r.bad {
		return s
	}
	s.Severity, s.Direction = Severity(r.byte()), int8(r.byte())
	for _, n := range [...]*uint32{&s.Breaches, &s.Clears, &s.Count, &s.Sequence} {
		*n = uint32(r.uvarint())
	}
	s.FirstSeen = int64(r.uint64())
	s.Newest = s.FirstSeen + int64(r.uvarint())
	s.Peak = math.Float64frombits(r.uint64())
	s.PeakValue = math.Float64frombits(r.uint64())
	for i := range min(s.Count, MaxValues) {
		s.values[i] = math.Float64frombits(r.uint64())
	}
	if s.Phase == Pending {
		return s
	}
	s.Opened = s.FirstSeen + int64(r.uvarint())
	s.Said = s.FirstSeen + int64(r.uvarint())
	copy(s.ID[:], r.take(len(s.ID)))
	if version == 2 {
		s.Acknowledged = int64(r.uint64())
	}
	return s
}

func (r *reader) take(n int) []byte {
	if len(r.data) < n {
		r.bad, r.data = true, nil
		return make([]byte, n)
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) byte() byte     { return r.take(1)[0] }
func (r *reader) uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.bad, r.data = true, nil
		return 0
	}
	r.data = r.data[n:]
	return v
}

func appendFloat(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}
