package stream

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestSlabKeepsNothingUntold: a replay never says that outputs may be written over, and its memory must not grow.
func TestSlabKeepsNothingUntold(t *testing.T) {
	var s slab
	for range 1000 {
		s.take(slabSize/2, func(b []byte) []byte { return append(b, make([]byte, slabSize/2)...) })
	}
	if len(s.full)+len(s.free) != 0 {
		t.Errorf("%d blocks are kept", len(s.full)+len(s.free))
	}
}

// TestSlabLetsGoOfABurst: what a transaction takes beyond the blocks that are kept is not held until its commit.
func TestSlabLetsGoOfABurst(t *testing.T) {
	var s slab
	s.reuse()
	for range 10 * slabsKept {
		s.take(slabSize, func(b []byte) []byte { return append(b, make([]byte, slabSize)...) })
	}
	if len(s.full) != slabsKept {
		t.Errorf("%d blocks are held, want %d", len(s.full), slabsKept)
	}
}

// TestSlabKeepsWhatIsHeld: whatever was handed out since the last reuse keeps its bytes, and of a burst no more is kept
// than the round after it needs.
func TestSlabKeepsWhatIsHeld(t *testing.T) {
	var s slab
	rng := rand.New(rand.NewPCG(1, 7))
	for round := range 40 {
		outputs := 10
		if round%10 == 3 {
			outputs = 3000
		}
		var got, want [][]byte
		for i := range outputs {
			n := rng.IntN(1500)
			if i%500 == 7 {
				n = slabSize + rng.IntN(100) // larger than a block
			}
			atMost := n - i%3 // some say too little
			text := bytes.Repeat([]byte(fmt.Sprint(round%10, i%10)), n)[:n]
			got = append(got, s.take(max(atMost, 0), func(b []byte) []byte { return append(b, text...) }))
			want = append(want, text)
		}
		for i := range got {
			if !bytes.Equal(got[i], want[i]) {
				t.Fatalf("round %d: output %d was written over", round, i)
			}
			if cap(got[i]) != len(got[i]) {
				t.Fatalf("round %d: output %d has room behind it", round, i)
			}
		}
		s.reuse()
		if round%10 == 5 && len(s.free) > 2 {
			t.Errorf("round %d: %d blocks are kept", round, len(s.free))
		}
	}
}
