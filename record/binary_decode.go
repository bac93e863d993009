package record

import (
	"errors"
	"fmt"
	"math"
)

var errCorrupt = errors.New("decode record: corrupt")

// UnmarshalBinary reads what AppendBinary wrote, see UnmarshalString. The strings of r share one copy of b.
func (r *Record) UnmarshalBinary(b []byte) error { return r.UnmarshalString(string(b)) }

// UnmarshalString reads what AppendBinary wrote. The room of r.Channels is used again. The strings of r are parts of b:
// whoever keeps one for long keeps all of it, unless it clones it. Damaged input gives an error and leaves r in no
// particular state; it never asks for more memory than its own length.
func (r *Record) UnmarshalString(b string) error {
	if len(b) < 6 {
		return errCorrupt
	}
	if b[0] != binaryVersion {
		return fmt.Errorf("decode record: encoding version %d, this labwatch reads version %d", b[0], binaryVersion)
	}
	if b[1] < byte(Result) || b[1] > byte(Tick) {
		return fmt.Errorf("decode record: kind %d is not known", b[1])
	}
	d := decoder{s: b[6:], mask: uint32(b[2]) | uint32(b[3])<<8 | uint32(b[4])<<16 | uint32(b[5])<<24}
	clear(r.Channels) // or a long list would keep the texts of its message behind a shorter one
	channels := r.Channels[:0]
	*r = Record{}
	r.Kind, r.Channels = Kind(b[1]), channels
	if d.mask&hasOrigin != 0 {
		r.Origin.Topic = d.text()
		r.Origin.Partition = int32(d.small())
		r.Origin.Offset = int64(d.uvarint())
		r.Origin.Index = int32(d.small())
	}
	r.Arrived = d.fixed(hasArrived)
	r.Time = d.fixed(hasTime)
	r.UTCOffset = int32(d.count(hasUTCOffset))
	r.ID = d.string(hasID)
	r.Device = d.string(hasDevice)
	r.Facility = d.string(hasFacility)
	r.Patient = d.string(hasPatient)
	r.Technician = d.string(hasTechnician)
	r.Flags = Flag(d.count(hasFlags))
	r.Test.Local = d.string(hasLocal)
	r.Test.LOINC = d.string(hasLOINC)
	r.Test.Name = d.string(hasName)
	r.Value.Kind = ValueKind(d.byte(hasValueKind))
	r.Value.Comparator = d.string(hasComparator)
	r.Value.Number = d.float(hasNumber, 0)
	r.Value.High = d.float(hasHigh, 0)
	r.Value.Text = d.string(hasText)
	r.Unit = d.string(hasUnit)
	if d.mask&hasConversion != 0 {
		r.Conversion.Factor = math.Float64frombits(d.word())
		r.Conversion.Offset = math.Float64frombits(d.word())
		r.Conversion.From = d.text()
		r.Conversion.To = d.text()
		r.Conversion.Source = d.text()
	}
	r.Status = Status(d.byte(hasStatus))
	r.Resulted = d.fixed(hasResulted)
	r.Level = d.string(hasLevel)
	r.Lot = d.string(hasLot)
	r.Expected = d.float(hasExpected, missingBits)
	r.TargetSD = d.float(hasTargetSD, missingBits)
	r.Passed = Verdict(d.byte(hasPassed))
	r.EventType = EventType(d.byte(hasEventType))
	r.Severity = d.string(hasSeverity)
	r.Calibration = d.fixed(hasCalibration)
	r.Maintenance = d.fixed(hasMaintenance)
	d.channels(r)
	if d.bad || d.at != len(d.s) {
		return errCorrupt
	}
	return nil
}

// decoder reads fields that the mask announces. After damage it is bad and reads zeros.
type decoder struct {
	s    string
	at   int
	mask uint32
	bad  bool
}

func (d *decoder) uvarint() (x uint64) {
	if d.at < len(d.s) && d.s[d.at] < 0x80 {
		d.at++
		return uint64(d.s[d.at-1])
	}
	for shift := 0; d.at < len(d.s) && shift < 64; shift += 7 {
		c := d.s[d.at]
		d.at++
		if shift == 63 && c > 1 {
			break
		}
		x |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return x
		}
	}
	d.bad, d.at = true, len(d.s)
	return 0
}

// small reads what must fit 32 bits.
func (d *decoder) small() uint32 {
	x := d.uvarint()
	if x > math.MaxUint32 {
		d.bad = true
	}
	return uint32(x)
}

func (d *decoder) word() uint64 {
	if len(d.s)-d.at < 8 {
		d.bad, d.at = true, len(d.s)
		return 0
	}
	s := d.s[d.at : d.at+8]
	d.at += 8
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func (d *decoder) text() string {
	n := d.uvarint()
	if n > uint64(len(d.s)-d.at) {
		d.bad, d.at = true, len(d.s)
		return ""
	}
	d.at += int(n)
	return d.s[d.at-int(n) : d.at]
}

func (d *decoder) string(bit uint32) string {
	if d.mask&bit == 0 {
		return ""
	}
	return d.text()
}

func (d *decoder) fixed(bit uint32) int64 {
	if d.mask&bit == 0 {
		return 0
	}
	return int64(d.word())
}

func (d *decoder) float(bit uint32, absent uint64) float64 {
	if d.mask&bit == 0 {
		return math.Float64frombits(absent)
	}
	return math.Float64frombits(d.word())
}

func (d *decoder) count(bit uint32) uint32 {
	if d.mask&bit == 0 {
		return 0
	}
	return d.small()
}

func (d *decoder) byte(bit uint32) byte {
	if d.mask&bit == 0 {
		return 0
	}
	if d.at == len(d.s) {
		d.bad = true
		return 0
	}
	d.at++
	return d.s[d.at-1]
}

func (d *decoder) channels(r *Record) {
	if d.mask&hasChannels == 0 {
		return
	}
	n := d.uvarint()
	if n > uint64(len(d.s)-d.at)/10 { // name length, eight bytes of value and flags take ten bytes at least
		d.bad = true
		return
	}
	for range n {
		name := d.text()
		value := math.Float64frombits(d.word())
		r.Channels = append(r.Channels, Channel{Name: name, Value: value, Flags: Flag(d.small())})
	}
}
