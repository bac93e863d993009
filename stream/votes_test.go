package stream

import (
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

// TestDamagedStateIsRefused cuts and changes snapshots: never a panic, and never a silent success of a cut one.
func TestDamagedStateIsRefused(t *testing.T) {
	j := testJudging(t)
	w := NewWorker(j, nil, testSeal)
	for _, m := range laboratory(3, 120) {
		if err := w.Process(m, nil); err != nil {
			t.Fatal(err)
		}
	}
	err := w.Snapshots(func(key string, blob []byte) {
		for cut := 0; cut < len(blob); cut += 1 + len(blob)/200 {
			if _, err := NewWorker(j, nil, testSeal).Restore(key, blob[:cut], 1<<40); err == nil {
				t.Errorf("%s cut to %d of %d bytes was accepted", key, cut, len(blob))
			}
		}
		for i := 0; i < len(blob); i += 1 + len(blob)/500 {
			b := append([]byte(nil), blob...)
			b[i] ^= 0x5a
			_, _ = NewWorker(j, nil, testSeal).Restore(key, b, 1<<40) // an error or not; it must return
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewWorker(j, nil, testSeal).Restore("x/what", []byte{1, 1}, 10); err == nil {
		t.Error("a snapshot of no known kind was accepted")
	}
}
