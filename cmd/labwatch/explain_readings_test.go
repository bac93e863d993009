package main

import "testing"

// TestReadingsOfASeries: a reading without a score, such as a bound, belongs to the series of its test and unit too.
func TestReadingsOfASeries(t *testing.T) {
	for _, c := range []struct {
		local, loinc, unit, series string
		want                       bool
	}{
		{"GLU", "2345-7", "mg/dL", "2345-7", true},
		{"IGG", "2465-3", "g/L", "2465-3:g/L", true},
		{"IGG", "2465-3", "mg/dL", "2465-3:g/L", false},
		{"IGG", "2465-3", "", "2465-3", true}, // of an error code
		{"XTROP", "", "ng/mL", "local:XTROP:ng/mL", true},
		{"XTROP", "", "ng/mL", "", true},
	} {
		r := &publishedRecord{Kind: "result", Unit: c.unit}
		r.Test.Local, r.Test.LOINC = c.local, c.loinc
		if _, ok := evidence(r, c.series, "zscore"); ok != c.want {
			t.Errorf("%+v: %v", c, ok)
		}
	}
}
