package main

import (
	"encoding/json"
	"testing"
)

// A plain rule's alert names what was measured without unit and lot. Its readings are found all the same.
func TestEvidenceOfPlainRules(t *testing.T) {
	const unmapped, control = `{"kind":"result","test":{"local":"MYTEST"}}`, `{"kind":"qc","test":{"local":"MYTEST"},"qc":{"level":"L1","lot":"7"}}`
	for _, c := range []struct {
		record, series string
		want           bool
	}{
		{unmapped, "local:MYTEST", true}, {unmapped, "local:OTHER", false}, {unmapped, "2345-7", false},
		{control, "qc/local:MYTEST/L1", true}, {control, "qc/local:MYTEST/L2", false},
		{`{"kind":"result","test":{"local":"GLU","loinc":"2345-7"}}`, "2345-7", true},
		{`{"kind":"qc","test":{"local":"GLU","loinc":"2345-7"},"qc":{"level":"L1","lot":"7"}}`, "qc/2345-7/L1", true},
	} {
		var r publishedRecord
		if err := json.Unmarshal([]byte(c.record), &r); err != nil {
			t.Fatal(err)
		}
		if _, ok := evidence(&r, c.series, "error_code"); ok != c.want {
			t.Errorf("%s belongs to %s: %v, want %v", c.record, c.series, ok, c.want)
		}
	}
}

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
