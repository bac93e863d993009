package main

import (
	"cmp"
	"slices"
)

// tally counts names in the order in which they were first given or met.
type tally struct{ counts []reportCount }

func newTally(names ...string) *tally {
	t := &tally{counts: []reportCount{}}
	for _, name := range names {
		t.counts = append(t.counts, reportCount{Name: name})
	}
	return t
}

func (t *tally) add(name string) {
	for i := range t.counts {
		if t.counts[i].Name == name {
			t.counts[i].Count++
			return
		}
	}
	t.counts = append(t.counts, reportCount{name, 1})
}

// sorted is the counts by name.
func (t *tally) sorted() []reportCount {
	slices.SortFunc(t.counts, func(a, b reportCount) int { return cmp.Compare(a.Name, b.Name) })
	return t.counts
}
