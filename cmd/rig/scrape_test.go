package rig

import (
	"strings"
	"testing"
)

func TestSamples(t *testing.T) {
	type sample struct {
		family, labels string
		value          float64
	}
	for line, want := range map[string]sample{
		"a_total 3":                            {"a_total", "", 3},
		`a_total{stage="judge",x="1 2"} 4.5`:   {"a_total", `stage="judge",x="1 2"`, 4.5},
		"a_total_more 7":                       {"a_total_more", "", 7},
		`process_resident_memory_bytes 1.2e+8`: {"process_resident_memory_bytes", "", 1.2e8},
		"# HELP a_total 1":                     {},
		"a_total":                              {},
		"":                                     {},
		"a_total three":                        {},
	} {
		var got sample
		if err := Samples(strings.NewReader(line+"\n"), func(family, labels string, value float64) { got = sample{family, labels, value} }); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if got != want {
			t.Errorf("%q: got %+v, want %+v", line, got, want)
		}
	}
}
