package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// reader takes a blob apart. After the first mistake it gives zeroes, and the mistake stands in err; so decoding
// reads straight through and checks once.
type reader struct {
	b   []byte
	err error
}

var (
	errShort = errors.New("ends too early")
	errRing  = errors.New("holds a ring that cannot be")
)

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.b = nil
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail(errShort)
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail(errShort)
		return 0
	}
	r.b = r.b[n:]
	return v
}

// take is the next n bytes; of a blob that is shorter, as many zeroes.
func (r *reader) take(n int) []byte {
	if len(r.b) < n {
		r.fail(errShort)
		return make([]byte, n)
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte     { return r.take(1)[0] }
func (r *reader) uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *reader) uint32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) uint16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }

// times reads what appendTimes wrote of n times.
func (r *reader) times(n int) []int64 {
	times := make([]int64, n)
	if n == 0 {
		return times
	}
	form := r.byte()
	if int(form) >= len(timeUnits) {
		r.fail(fmt.Errorf("times of the form %d", form))
		return times
	}
	last := int64(0)
	for i := range times {
		last += r.varint()
		times[i] = last * timeUnits[form]
	}
	return times
}

// timeUnits are those in which times are written, in nanoseconds.
var timeUnits = [...]int64{1, 1e3, 1e6, 1e9}

// appendTimes writes times as differences, in the coarsest unit that is exact for all of them: most instruments' clocks
// tick in seconds or milliseconds.
func appendTimes(b []byte, times []int64) []byte {
	if len(times) == 0 {
		return b
	}
	form := len(timeUnits) - 1
	for _, t := range times {
		for t%timeUnits[form] != 0 {
			form--
		}
	}
	b = append(b, byte(form))
	last := int64(0)
	for _, t := range times {
		b = binary.AppendVarint(b, t/timeUnits[form]-last)
		last = t / timeUnits[form]
	}
	return b
}

// count reads how many things of at least size bytes follow, so that a damaged number cannot take the memory.
func (r *reader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.b)/size) {
		r.fail(fmt.Errorf("announces %d things in %d bytes", n, len(r.b)))
		return 0
	}
	return int(n)
}

// bytes reads a length and as many bytes, which stay part of the blob.
func (r *reader) bytes() []byte {
	n := r.count(1)
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) string() string { return string(r.bytes()) }

// done checks that nothing is left over.
func (r *reader) done() error {
	if r.err == nil && len(r.b) > 0 {
		r.err = fmt.Errorf("has %d bytes too many", len(r.b))
	}
	return r.err
}

func appendBytes(b, v []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}

func appendString(b []byte, v string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}
