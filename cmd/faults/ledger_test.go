package main

import (
	"hash/maphash"
	"slices"
	"testing"
)

func ledgerOf(said map[string]string) *ledger {
	l := newLedger()
	for device, messages := range said {
		for i, m := range messages {
			l.add(device, uint64(m), int64(i))
		}
	}
	return l
}

// TestCompare shows that the checker sees each kind of harm, and nothing where there is none. Each letter is a
// message.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name                              string
		want, got                         string
		lost, doubled, foreign, disorders int
	}{
		{"the same", "abcde", "abcde", 0, 0, 0, 0},
		{"nothing at all", "", "", 0, 0, 0, 0},
		{"lost in the middle", "abcde", "abde", 1, 0, 0, 0},
		{"lost at the end", "abcde", "abc", 2, 0, 0, 0},
		{"everything lost", "abc", "", 3, 0, 0, 0},
		{"said twice at once", "abcde", "abbcde", 0, 1, 0, 0},
		{"a stretch said again", "abcde", "abcdbcde", 0, 3, 0, 0},
		{"lost and doubled do not cancel", "abcde", "aacde", 1, 1, 0, 0},
		{"two in the wrong order", "abcde", "abdce", 0, 0, 0, 1},
		{"one much too late", "abcde", "bcdea", 0, 0, 0, 1},
		{"changed", "abcde", "abXde", 1, 0, 1, 0},
		{"never expected", "abc", "abcX", 0, 0, 1, 0},
		{"expected twice, said twice", "abab", "abab", 0, 0, 0, 0},
		{"expected twice, said once", "abab", "abb", 1, 0, 0, 0},
		{"expected twice, said three times", "aab", "aaab", 0, 1, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := compare("record", ledgerOf(map[string]string{"x": c.want, "y": "zz"}), ledgerOf(map[string]string{"x": c.got, "y": "zz"}))
			if d.lost != c.lost || d.doubled != c.doubled || d.foreign != c.foreign || d.disordered != c.disorders {
				t.Errorf("lost=%d doubled=%d foreign=%d disordered=%d", d.lost, d.doubled, d.foreign, d.disordered)
			}
			if harm := c.lost + c.doubled + c.foreign + c.disorders; (harm == 0) != (len(d.examples) == 0) {
				t.Errorf("examples: %q", d.examples)
			}
		})
	}
}

// TestCompareDevices sees a device that only one side has.
func TestCompareDevices(t *testing.T) {
	d := compare("record", ledgerOf(map[string]string{"x": "ab"}), ledgerOf(map[string]string{"y": "ab"}))
	if d.lost != 2 || d.foreign != 2 {
		t.Errorf("lost=%d foreign=%d, 2 and 2 expected", d.lost, d.foreign)
	}
}

// TestHasher keeps parts apart: where one ends is part of what is hashed.
func TestHasher(t *testing.T) {
	h := hasher{maphash.MakeSeed()}
	all := []uint64{h.of([]byte("ab"), []byte("c")), h.of([]byte("a"), []byte("bc")), h.of([]byte("abc")), h.of([]byte("abc"), nil)}
	slices.Sort(all)
	if len(slices.Compact(all)) != 4 {
		t.Error("different messages have the same hash")
	}
	if h.of([]byte("ab"), []byte("c")) != h.of([]byte("ab"), []byte("c")) {
		t.Error("the same message has two hashes")
	}
}
