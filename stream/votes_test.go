package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

func TestVotes(t *testing.T) {
	var v votes
	const span = 100
	for i, c := range []struct {
		patient string
		at      int64
		want    bool
	}{
		{"a", 1000, true},
		{"a", 1050, false}, // the same patient soon after
		{"a", 950, false},  // and shortly before, out of order
		{"b", 1051, true},
		{"a", 1101, true}, // the span is over
		{"a", 1150, false},
		{"", 1150, true}, // nobody knows whose it is
		{"", 1150, true},
	} {
		if got := v.counts(c.patient, c.at, span); got != c.want {
			t.Errorf("case %d: %q at %d counts %v, want %v", i, c.patient, c.at, got, c.want)
		}
	}
	for i := range maxVotes {
		v.counts(fmt.Sprint("other ", i), 1160, span)
	}
	if !v.counts("b", 1061, span) {
		t.Error("who was pushed out must count again")
	}
	var all votes
	if !all.counts("a", 1, 0) || !all.counts("a", 1, 0) {
		t.Error("without a span every result counts")
	}
	b := v.append(nil)
	var back votes
	r := &reader{b: b}
	back.read(r)
	if err := r.done(); err != nil || fmt.Sprint(back) != fmt.Sprint(v) {
		t.Errorf("read back %v, wrote %v: %v", back, v, err)
	}
}

// TestDamagedStateIsRefused cuts and changes snapshots: never a panic, also not when the damage went unnoticed and the next
// readings are judged with it, and never a silent success of a cut one.
func TestDamagedStateIsRefused(t *testing.T) {
	j := testJudging(t)
	w := NewWorker(j, nil, testSeal)
	log := laboratory(3, 130)
	log, next := log[:len(log)-30], log[len(log)-30:]
	for _, m := range log {
		if err := w.Process(m, nil); err != nil {
			t.Fatal(err)
		}
	}
	whole, unnoticed := state(w), 0
	for key, blob := range whole {
		for cut := 0; cut < len(blob); cut += 1 + len(blob)/200 {
			if _, err := NewWorker(j, nil, testSeal).Restore(key, blob[:cut], 1<<40); err == nil {
				t.Errorf("%s cut to %d of %d bytes was accepted", key, cut, len(blob))
			}
		}
		for i := 0; i < len(blob); i += 1 + len(blob)/150 {
			b := append([]byte(nil), blob...)
			b[i] ^= 0x5a
			damaged := NewWorker(j, nil, testSeal)
			_, err := damaged.Restore(key, b, 1<<40) // an error or not; it must return
			for other, blob := range whole {
				if err == nil && other != key {
					_, err = damaged.Restore(other, blob, 1<<40)
				}
			}
			for _, m := range next {
				if err == nil {
					err = damaged.Process(m, nil)
				}
			}
			if err == nil {
				unnoticed++
			}
		}
	}
	if unnoticed == 0 {
		t.Error("no damage went unnoticed, so nothing was judged with any")
	}
	if _, err := NewWorker(j, nil, testSeal).Restore("x/what", []byte{1, 1}, 10); err == nil {
		t.Error("a snapshot of no known kind was accepted")
	}
}

// TestRingsBeforeTheirBeginAreRefused: a place beyond what an int holds comes back as a negative one.
func TestRingsBeforeTheirBeginAreRefused(t *testing.T) {
	const far = 1 << 63
	var full votes
	for i := range maxVotes {
		full.counts(fmt.Sprint("p", i), int64(i), 1)
	}
	for name, read := range map[string]func(*reader){
		"gate": func(r *reader) {
			r.b = binary.AppendUvarint([]byte{0, 0}, far)
			r.b = append(r.b, 0)
			new(gate).read(r)
		},
		"votes": func(r *reader) {
			r.b = append(binary.AppendUvarint(nil, far), full.append(nil)[1:]...)
			new(votes).read(r)
		},
	} {
		var r reader
		if read(&r); !errors.Is(r.err, errRing) {
			t.Errorf("%s: %v", name, r.err)
		}
	}
}
