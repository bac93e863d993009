package main

import (
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
)

// TestOffsetsGoBack tells of each step back once, also of one that the next commit makes good.
func TestOffsetsGoBack(t *testing.T) {
	o, said := offsets{}, []string(nil)
	for _, looked := range []map[int32]int64{{0: 5, 2: 5}, {0: 6, 2: 25}, {}, {0: 6, 2: 5}, {0: 7, 2: 5}, {0: 8, 2: 26}} {
		committed := map[int32]kadm.Offset{}
		for p, at := range looked {
			committed[p] = kadm.Offset{At: at, Metadata: "note"}
		}
		said = append(said, o.back(committed)...)
	}
	if want := []string{"the committed offset of partition 2 went back from 25 to 5 (note)"}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
}
