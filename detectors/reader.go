package detectors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var errTruncated = errors.New("state ends too early")

// A reader takes state apart and remembers the first thing that was wrong.
type reader struct {
	b   []byte
	err error
}

// newReader checks the leading version byte.
func newReader(b []byte, version byte) *reader {
	r, _ := newReaderOf(b, version, version)
	return r
}

// newReaderOf checks that the leading version byte is one of oldest to newest, and says which.
func newReaderOf(b []byte, oldest, newest byte) (r *reader, version byte) {
	r = &reader{b: b}
	version = r.byte()
	if r.err == nil && (version < oldest || version > newest) {
		r.err = fmt.Errorf("state version %d, this build reads %d to %d", version, oldest, newest)
	}
	return r, version
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

// times appends a list of nanosecond times to dst[:0].
func (r *reader) times(dst []int64, limit int) []int64 {
	dst = dst[:0]
	n, form := r.count(limit), r.byte()
	if form > coarsest {
		r.fail(fmt.Errorf("state has times in the unknown form %d", form))
	}
	unit, last := int64(1), int64(0)
	for range min(form, coarsest) {
		unit *= 1000
	}
	for i := 0; i < n && r.err == nil; i++ {
		last += r.varint()
		dst = append(dst, last*unit)
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

func (r *reader) uint16() uint16 {
	if p := r.bytes(2); p != nil {
		return binary.LittleEndian.Uint16(p)
	}
	return 0
}
