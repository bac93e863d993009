package stream

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"labwatch/record"
)

// TestGateKnowsWhatItHolds: with every size, also one that the config has changed, a gate says what a plain search says,
// and one that was read back says the same.
func TestGateKnowsWhatItHolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	for _, sizes := range [][2]int{{8, 8}, {256, 256}, {16, 300}, {300, 16}, {1, 1}} {
		var g gate
		for i := range 4000 {
			size := sizes[i/2000]
			r := &record.Record{ID: fmt.Sprint("r", rng.IntN(3*size)), Time: int64(i), Value: record.Value{Number: float64(rng.IntN(2))}}
			want := fresh
			if at := slices.Index(g.ids, fold48(hashString(r.ID))); at >= 0 {
				want = corrected
				if g.contents[at] == fold32(contentHash(r)) {
					want = repeated
				}
			}
			if i%97 == 0 {
				var back gate
				r := &reader{b: g.append(nil)}
				back.read(r)
				if err := r.done(); err != nil || !bytes.Equal(back.append(nil), g.append(nil)) {
					t.Fatalf("sizes %v, reading %d: not read back: %v", sizes, i, err)
				}
				g = back
			}
			if got := g.admit(r, size, 1<<40); got != want {
				t.Fatalf("sizes %v, reading %d: %d, want %d", sizes, i, got, want)
			}
		}
		if len(g.filter) > 2*max(1, max(sizes[0], sizes[1])/filterShare) {
			t.Errorf("sizes %v: a filter of %d words", sizes, len(g.filter))
		}
	}
}

// TestWideHashesAreKnownAgain: what was seen before an upgrade, with hashes of all 64 bits, is recognised after it.
func TestWideHashesAreKnownAgain(t *testing.T) {
	r := &record.Record{ID: "R-1", Time: 5}
	b := binary.AppendUvarint(binary.AppendUvarint(binary.AppendVarint(nil, 5), 0), 1) // newest, leaps, at
	b = binary.LittleEndian.AppendUint64(binary.AppendUvarint(b, 1), hashString(r.ID))
	old := &reader{b: binary.LittleEndian.AppendUint64(b, contentHash(r))}
	var g, now gate
	g.readWide(old)
	if err := old.done(); err != nil {
		t.Fatal(err)
	}
	back := &reader{b: g.append(nil)}
	now.read(back)
	if got := now.admit(r, 8, 1<<40); got != repeated {
		t.Errorf("the same reading is %d, want %d", got, repeated)
	}
	r.Value.Number++
	if got := now.admit(r, 8, 1<<40); got != corrected {
		t.Errorf("a correction is %d, want %d", got, corrected)
	}
	b = binary.AppendUvarint(binary.AppendUvarint(nil, 1), 1)
	old = &reader{b: binary.AppendVarint(binary.LittleEndian.AppendUint64(b, hashString("p")), 1000)}
	var v votes
	v.readWide(old)
	if err := old.done(); err != nil || v.counts("p", 1001, 100) || !v.counts("p", 1101, 100) {
		t.Errorf("the patient was not known again: %v", err)
	}
}

// TestTimesComeBack in each unit.
func TestTimesComeBack(t *testing.T) {
	for _, times := range [][]int64{nil, {0}, {5e9, 7e9, -3e9}, {5_001_000_000, 4}, {1 << 62, -1 << 62}, {1_000, 2_000_000}} {
		r := &reader{b: appendTimes(nil, times)}
		if got := r.times(len(times)); r.done() != nil || !slices.Equal(got, times) {
			t.Errorf("%v came back as %v: %v", times, got, r.err)
		}
	}
}
