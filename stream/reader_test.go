package stream

import (
	"errors"
	"testing"
)

// TestReaderEndsTooEarly: a number that is cut short is zero and a mistake, and so is all that would follow.
func TestReaderEndsTooEarly(t *testing.T) {
	for width, read := range map[int]func(*reader) uint64{
		1: func(r *reader) uint64 { return uint64(r.byte()) },
		2: func(r *reader) uint64 { return uint64(r.uint16()) },
		4: func(r *reader) uint64 { return uint64(r.uint32()) },
		8: (*reader).uint64,
	} {
		whole := []byte{1, 1, 1, 1, 1, 1, 1, 1}[:width]
		if r := (&reader{b: whole}); read(r) == 0 || r.err != nil || len(r.b) != 0 {
			t.Errorf("%d bytes: %v, %d left", width, r.err, len(r.b))
		}
		r := &reader{b: whole[:width-1]}
		if got := read(r); got != 0 || !errors.Is(r.err, errShort) || r.byte() != 0 {
			t.Errorf("%d bytes of %d: %d, %v", width-1, width, got, r.err)
		}
	}
}
