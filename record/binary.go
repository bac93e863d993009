package record

import (
	"encoding/binary"
	"math"
)

// BinaryVersion is the version of the internal log's encoding that this labwatch writes, and the newest it reads.
const BinaryVersion = 1

// One entry of the log is
//
//	version, kind        one byte each
//	which                uvarint: one bit for each field that follows, low bits first
//	times                8 bytes each, little endian
//	numbers              8 bytes each, the bits of the float64
//	place and marks      uvarints, see marks
//	lengths              uvarints, of the texts
//	channels             count, then for each the length of its name, its flags and the bits of its value
//	texts                all of them, without gaps, to the end of the entry
//
// Fields that are zero are left out, so that a tick, which only has times, takes 19 bytes. The order within the
// lists below is part of the encoding and never changes.
const (
	firstTime    = 0
	firstNumber  = 5
	noTargets    = 11 // Expected and TargetSD are both Missing, as in everything but controls
	hasMarks     = 12
	hasChannels  = 13
	firstText    = 14
	endOfWhich   = 32
	leastChannel = 1 + 1 + 8 // bytes of a channel without name
)

type (
	times   [firstNumber - firstTime]*int64
	numbers [noTargets - firstNumber]*float64
	marks   [9]uint64
	texts   [endOfWhich - firstText]*string
)

func (r *Record) times() times {
	return times{&r.Arrived, &r.Time, &r.Resulted, &r.Calibration, &r.Maintenance}
}

func (r *Record) numbers() numbers {
	return numbers{&r.Value.Number, &r.Value.High, &r.Conversion.Factor, &r.Conversion.Offset, &r.Expected, &r.TargetSD}
}

func (r *Record) texts() texts {
	return texts{&r.Origin.Topic, &r.ID, &r.Device, &r.Facility, &r.Patient, &r.Technician,
		&r.Test.Local, &r.Test.LOINC, &r.Test.Name, &r.Unit, &r.Value.Comparator, &r.Value.Text,
		&r.Conversion.From, &r.Conversion.To, &r.Conversion.Source, &r.Level, &r.Lot, &r.Severity}
}

// marks are the small numbers of a record. Signed ones are folded so that small negative numbers stay short.
func (r *Record) marks() marks {
	return marks{fold64(int64(r.Origin.Partition)), fold64(r.Origin.Offset), fold64(int64(r.Origin.Index)),
		fold64(int64(r.UTCOffset)), uint64(r.Flags), uint64(r.Value.Kind), uint64(r.Status), uint64(r.Passed), uint64(r.EventType)}
}

// AppendBinary appends r as one entry of the internal log. Every field comes back bit for bit, a NaN with its
// payload too; only an empty list of channels and none are the same.
func AppendBinary(dst []byte, r *Record) []byte {
	times, numbers, marks, texts := r.times(), r.numbers(), r.marks(), r.texts()
	which := r.which(&times, &numbers, &marks, &texts)
	dst = append(dst, BinaryVersion, byte(r.Kind))
	dst = binary.AppendUvarint(dst, which)
	for i, t := range times {
		if which&(1<<(firstTime+i)) != 0 {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(*t))
		}
	}
	for i, x := range numbers {
		if which&(1<<(firstNumber+i)) != 0 {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(*x))
		}
	}
	if which&(1<<hasMarks) != 0 {
		for _, m := range marks {
			dst = binary.AppendUvarint(dst, m)
		}
	}
	for i, s := range texts {
		if which&(1<<(firstText+i)) != 0 {
			dst = binary.AppendUvarint(dst, uint64(len(*s)))
		}
	}
	if which&(1<<hasChannels) != 0 {
		dst = binary.AppendUvarint(dst, uint64(len(r.Channels)))
		for i := range r.Channels {
			c := &r.Channels[i]
			dst = binary.AppendUvarint(dst, uint64(len(c.Name)))
			dst = binary.AppendUvarint(dst, uint64(c.Flags))
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(c.Value))
		}
	}
	for _, s := range texts {
		dst = append(dst, *s...)
	}
	for i := range r.Channels {
		dst = append(dst, r.Channels[i].Name...)
	}
	return dst
}

// which has a bit for every field that is written.
func (r *Record) which(times *times, numbers *numbers, marks *marks, texts *texts) (which uint64) {
	for i, t := range times {
		if *t != 0 {
			which |= 1 << (firstTime + i)
		}
	}
	for i, x := range numbers {
		if math.Float64bits(*x) != 0 { // a negative zero is written
			which |= 1 << (firstNumber + i)
		}
	}
	const targets = 3 << (noTargets - 2)
	if missing := math.Float64bits(Missing()); which&targets == targets &&
		math.Float64bits(r.Expected) == missing && math.Float64bits(r.TargetSD) == missing {
		which = which&^targets | 1<<noTargets
	}
	if *marks != [len(marks)]uint64{} {
		which |= 1 << hasMarks
	}
	if len(r.Channels) > 0 {
		which |= 1 << hasChannels
	}
	for i, s := range texts {
		if *s != "" {
			which |= 1 << (firstText + i)
		}
	}
	return which
}

// fold64 maps 0, -1, 1, -2, ... to 0, 1, 2, 3, ...
func fold64(v int64) uint64 { return uint64(v)<<1 ^ uint64(v>>63) }
