package stream

import (
	"fmt"
	"slices"
	"testing"
)

// TestSeriesOfOneHash: two names that share a hash are two series, also when the other one is gone.
func TestSeriesOfOneHash(t *testing.T) {
	a, b := namesOfOneHash()
	var set seriesSet
	for _, name := range []string{"z", a, "m", b, "a"} {
		set.add(&series{name: name})
	}
	if !slices.IsSortedFunc(set.all, func(x, y *series) int { return slices.Compare([]byte(x.name), []byte(y.name)) }) {
		t.Error("not in the order of names")
	}
	for _, name := range []string{"z", a, "m", b, "a"} {
		if s := set.find(name); s == nil || s.name != name {
			t.Errorf("for %q found %+v", name, s)
		}
	}
	set.remove(a)
	set.remove("nobody")
	if set.find(a) != nil || set.find(b) == nil || set.find(b).name != b || set.len() != 4 {
		t.Errorf("without %q: %q is %v, %q is %v, %d in all", a, a, set.find(a), b, set.find(b), set.len())
	}
	anew := &series{name: b}
	if set.add(anew); set.find(b) != anew || set.len() != 4 {
		t.Error("a series of a name that is there did not take its place")
	}
}

// namesOfOneHash looks for two: of 10^5 names some are expected to share one of 2^32 hashes.
func namesOfOneHash() (a, b string) {
	of := map[uint32]string{}
	for i := 0; ; i++ {
		name := fmt.Sprint("analyte ", i)
		h := fold32(hashString(name))
		if former, ok := of[h]; ok {
			return former, name
		}
		of[h] = name
	}
}
