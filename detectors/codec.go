package detectors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// State is written with encoding/binary's append style: a version byte, then integers as varints, then
// lists of numbers in the shortest of two exact forms. A snapshot travels through Kafka at every commit,
// so size counts; laboratory readings have few decimals and shrink to one or two bytes each.

const (
	maxDecimals = 9    // decimal places tried before a list is stored as raw floats
	rawFloats   = 0xFF // form byte of a list of raw IEEE 754 numbers, 8 bytes each
	maxList     = 1 << 16
)

var errTruncated = errors.New("state ends too early")

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

// appendTimes writes nanosecond times as differences; they mostly rise.
func appendTimes(b []byte, ts []int64) []byte {
	b = binary.AppendUvarint(b, uint64(len(ts)))
	last := int64(0)
	for _, t := range ts {
		b = binary.AppendVarint(b, t-last)
		last = t
	}
	return b
}

// A reader takes state apart and remembers the first thing that was wrong.
type reader struct {
	b   []byte
	err error
}

// newReader checks the leading version byte.
func newReader(b []byte, version byte) *reader {
	r := &reader{b: b}
	if got := r.byte(); r.err == nil && got != version {
		r.err = fmt.Errorf("state version %d, this build reads %d", got, version)
	}
	return r
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.b = nil
}

func (r *reader) bytes(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b) {
		r.fail(errTruncated)
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) byte() byte {
	if p := r.bytes(1); p != nil {
		return p[0]
	}
	return 0
}

func (r *reader) bool() bool {
	v := r.byte()
	if v > 1 {
		r.fail(fmt.Errorf("state holds %d where 0 or 1 belongs", v))
	}
	return v == 1
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail(errTruncated)
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail(errTruncated)
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads a length and refuses one above limit, or one that the remaining bytes cannot hold.
func (r *reader) count(limit int) int {
	n := r.uvarint()
	if r.err == nil && (n > uint64(limit) || n > uint64(len(r.b))) {
		r.fail(fmt.Errorf("state claims %d entries, at most %d are possible", n, min(limit, len(r.b))))
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}

// floats appends a list to dst[:0]. Every value is finite.
func (r *reader) floats(dst []float64, limit int) []float64 {
	dst = dst[:0]
	n := r.count(limit)
	if n == 0 {
		return dst
	}
	form := r.byte()
	if form != rawFloats && form > maxDecimals {
		r.fail(fmt.Errorf("state has a list in the unknown form %d", form))
	}
	scale := 1.0
	for range min(form, maxDecimals) {
		scale *= 10
	}
	last := int64(0)
	for i := 0; i < n && r.err == nil; i++ {
		x := 0.0
		if form == rawFloats {
			if p := r.bytes(8); p != nil {
				x = math.Float64frombits(binary.LittleEndian.Uint64(p))
			}
		} else {
			last += r.varint()
			x = float64(last) / scale
		}
		if !finite(x) {
			r.fail(errors.New("state holds a value that is not a finite number"))
		}
		dst = append(dst, x)
	}
	return dst
}

func (r *reader) times(dst []int64, limit int) []int64 {
	dst = dst[:0]
	n := r.count(limit)
	last := int64(0)
	for i := 0; i < n && r.err == nil; i++ {
		last += r.varint()
		dst = append(dst, last)
	}
	return dst
}

// done returns the first error, or one for bytes that are left over.
func (r *reader) done(what string) error {
	if r.err == nil && len(r.b) > 0 {
		r.err = fmt.Errorf("%d bytes left over", len(r.b))
	}
	if r.err != nil {
		return fmt.Errorf("decode %s: %w", what, r.err)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// appendResets writes the number of baseline resets that a detector has followed.
func appendResets(b []byte, n uint32) []byte { return binary.AppendUvarint(b, uint64(n)) }

func (r *reader) resets() uint32 {
	n := r.uvarint()
	if n > math.MaxUint32 {
		r.fail(fmt.Errorf("state claims %d resets", n))
	}
	return uint32(n)
}

func (r *reader) float() float64 {
	if p := r.bytes(8); p != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(p))
	}
	return 0
}

func (r *reader) float32() float32 {
	if p := r.bytes(4); p != nil {
		return math.Float32frombits(binary.LittleEndian.Uint32(p))
	}
	return 0
}
