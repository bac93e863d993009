package stream

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// What is remembered of readings stands in snapshots, so the hash is the one of hash/fnv for ever.
func TestHashIsFNV(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		text := make([]byte, rng.IntN(40))
		for i := range text {
			text[i] = byte(rng.Uint32() >> rng.IntN(32))
		}
		number := [...]uint64{0, rng.Uint64() >> rng.IntN(64), rng.Uint64() << rng.IntN(64), math.Float64bits(rng.NormFloat64())}[rng.IntN(4)]
		want := fnv.New64a()
		want.Write(text)
		if got := hashString(string(text)); got != want.Sum64() {
			t.Fatalf("hash of %q is %x, want %x", text, got, want.Sum64())
		}
		want.Write(binary.LittleEndian.AppendUint64(nil, number))
		want.Write([]byte{0})
		if got := newHash.text(string(text)).number(number).byte(0); uint64(got) != want.Sum64() {
			t.Fatalf("hash of %q and %x is %x, want %x", text, number, got, want.Sum64())
		}
	}
}
