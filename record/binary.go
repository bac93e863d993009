package record

import (
	"encoding/binary"
	"math"
)

// binaryVersion is the first byte of the log's encoding. It goes up with every change that an older labwatch
// could not read.
const binaryVersion = 1

// Bits of the mask that says which fields follow, in this order. They are part of the encoding and never change.
const (
	hasOrigin = 1 << iota
	hasArrived
	hasTime
	hasUTCOffset
	hasID
	hasDevice
	hasFacility
	hasPatient
	hasTechnician
	hasFlags
	hasLocal
	hasLOINC
	hasName
	hasValueKind
	hasComparator
	hasNumber
	hasHigh
	hasText
	hasUnit
	hasConversion
	hasStatus
	hasResulted
	hasLevel
	hasLot
	hasExpected // absent: NaN
	hasTargetSD // absent: NaN
	hasPassed
	hasEventType
	hasSeverity
	hasCalibration
	hasMaintenance
	hasChannels
)

// missingBits is the NaN that the mask stands for. Any other NaN is written out, so that every bit comes back.
var missingBits = math.Float64bits(Missing())

// AppendBinary appends r in the encoding of the internal log: the version, the kind, a mask of the fields that
// are not zero, and those fields. Numbers keep every bit. It allocates nothing when dst has room.
func AppendBinary(dst []byte, r *Record) []byte {
	dst = append(dst, binaryVersion, byte(r.Kind))
	start := len(dst)
	w := encoder{b: append(dst, 0, 0, 0, 0)}
	if r.Origin != (Origin{}) {
		w.mask |= hasOrigin
		w.text(r.Origin.Topic)
		w.b = binary.AppendUvarint(w.b, uint64(uint32(r.Origin.Partition)))
		w.b = binary.AppendUvarint(w.b, uint64(r.Origin.Offset))
		w.b = binary.AppendUvarint(w.b, uint64(uint32(r.Origin.Index)))
	}
	w.fixed(hasArrived, r.Arrived)
	w.fixed(hasTime, r.Time)
	w.count(hasUTCOffset, uint32(r.UTCOffset))
	w.string(hasID, r.ID)
	w.string(hasDevice, r.Device)
	w.string(hasFacility, r.Facility)
	w.string(hasPatient, r.Patient)
	w.string(hasTechnician, r.Technician)
	w.count(hasFlags, uint32(r.Flags))
	w.string(hasLocal, r.Test.Local)
	w.string(hasLOINC, r.Test.LOINC)
	w.string(hasName, r.Test.Name)
	w.byte(hasValueKind, byte(r.Value.Kind))
	w.string(hasComparator, r.Value.Comparator)
	w.float(hasNumber, r.Value.Number, 0)
	w.float(hasHigh, r.Value.High, 0)
	w.string(hasText, r.Value.Text)
	w.string(hasUnit, r.Unit)
	w.conversion(&r.Conversion)
	w.byte(hasStatus, byte(r.Status))
	w.fixed(hasResulted, r.Resulted)
	w.string(hasLevel, r.Level)
	w.string(hasLot, r.Lot)
	w.float(hasExpected, r.Expected, missingBits)
	w.float(hasTargetSD, r.TargetSD, missingBits)
	w.byte(hasPassed, byte(r.Passed))
	w.byte(hasEventType, byte(r.EventType))
	w.string(hasSeverity, r.Severity)
	w.fixed(hasCalibration, r.Calibration)
	w.fixed(hasMaintenance, r.Maintenance)
	w.channels(r.Channels)
	binary.LittleEndian.PutUint32(w.b[start:], w.mask)
	return w.b
}

// encoder appends fields that are not zero and notes them in the mask.
type encoder struct {
	b    []byte
	mask uint32
}

func (w *encoder) text(s string) {
	w.b = append(binary.AppendUvarint(w.b, uint64(len(s))), s...)
}

func (w *encoder) string(bit uint32, s string) {
	if s != "" {
		w.mask |= bit
		w.text(s)
	}
}

func (w *encoder) fixed(bit uint32, x int64) {
	if x != 0 {
		w.mask |= bit
		w.b = binary.LittleEndian.AppendUint64(w.b, uint64(x))
	}
}

func (w *encoder) count(bit uint32, x uint32) {
	if x != 0 {
		w.mask |= bit
		w.b = binary.AppendUvarint(w.b, uint64(x))
	}
}

func (w *encoder) byte(bit uint32, x byte) {
	if x != 0 {
		w.mask |= bit
		w.b = append(w.b, x)
	}
}

// float compares bits, because 0 equals -0 and NaN equals nothing.
func (w *encoder) float(bit uint32, x float64, absent uint64) {
	if bits := math.Float64bits(x); bits != absent {
		w.mask |= bit
		w.b = binary.LittleEndian.AppendUint64(w.b, bits)
	}
}

func (w *encoder) conversion(c *Conversion) {
	factor, offset := math.Float64bits(c.Factor), math.Float64bits(c.Offset)
	if factor == 0 && offset == 0 && c.From == "" && c.To == "" && c.Source == "" {
		return
	}
	w.mask |= hasConversion
	w.b = binary.LittleEndian.AppendUint64(w.b, factor)
	w.b = binary.LittleEndian.AppendUint64(w.b, offset)
	w.text(c.From)
	w.text(c.To)
	w.text(c.Source)
}

func (w *encoder) channels(channels []Channel) {
	if len(channels) == 0 {
		return
	}
	w.mask |= hasChannels
	w.b = binary.AppendUvarint(w.b, uint64(len(channels)))
	for i := range channels {
		c := &channels[i]
		w.text(c.Name)
		w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(c.Value))
		w.b = binary.AppendUvarint(w.b, uint64(c.Flags))
	}
}
