package detectors

import (
	"encoding/binary"
	"math"
)

// State is written with encoding/binary's append style: a version byte, then integers as varints, then
// lists of numbers in the shortest of two exact forms. A snapshot travels through Kafka at every commit,
// so size counts; laboratory readings have few decimals and shrink to one or two bytes each.

const (
	maxDecimals = 9    // decimal places tried before a list is stored as raw floats
	rawFloats   = 0xFF // form byte of a list of raw IEEE 754 numbers, 8 bytes each
	coarsest    = 3    // form byte of times in seconds; one less is a thousandth
	maxList     = 1 << 16
)

// appendFloats writes the length, a form byte and the numbers. The form is the number of decimal places
// with which every value is an integer multiple of a power of ten, bit for bit, or rawFloats.
func appendFloats(b []byte, xs []float64) []byte {
	b = binary.AppendUvarint(b, uint64(len(xs)))
	if len(xs) == 0 {
		return b
	}
	scale := 1.0
	for e := byte(0); e <= maxDecimals; e++ {
		if out, ok := appendDecimals(b, xs, e, scale); ok {
			return out
		}
		scale *= 10
	}
	b = append(b, rawFloats)
	for _, x := range xs {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

func appendDecimals(b []byte, xs []float64, e byte, scale float64) ([]byte, bool) {
	b = append(b, e)
	last := int64(0)
	for _, x := range xs {
		k := math.Round(x * scale)
		if !(math.Abs(k) < 1<<52) || math.Float64bits(float64(int64(k))/scale) != math.Float64bits(x) {
			return nil, false
		}
		b = binary.AppendVarint(b, int64(k)-last)
		last = int64(k)
	}
	return b, true
}

// appendTimes writes nanosecond times as differences, in the coarsest unit that is exact for all of them:
// most clocks of instruments tick in seconds.
func appendTimes(b []byte, ts []int64) []byte {
	b = binary.AppendUvarint(b, uint64(len(ts)))
	form, unit := byte(coarsest), int64(1e9)
	for _, t := range ts {
		for t%unit != 0 {
			form--
			unit /= 1000
		}
	}
	b = append(b, form)
	last := int64(0)
	for _, t := range ts {
		b = binary.AppendVarint(b, t/unit-last)
		last = t / unit
	}
	return b
}

// appendResets writes the number of baseline resets that a detector has followed.
func appendResets(b []byte, n uint32) []byte { return binary.AppendUvarint(b, uint64(n)) }

func finite(x float64) bool { return x-x == 0 } // infinity less itself is no number
