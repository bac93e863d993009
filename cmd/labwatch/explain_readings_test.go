package main

import (
	"encoding/json"
	"testing"
)

// TestEvidence: a reading belongs to the series of its test and unit, with a score or without one, as a bound is. A plain rule's
// alert names what was measured without unit and lot, and its readings are found all the same.
func TestEvidence(t *testing.T) {
	const (
		unmapped = `{"kind":"result","test":{"local":"MYTEST"}}`
		troponin = `{"kind":"result","test":{"local":"XTROP"},"unit":"ng/mL"}`
		glucose  = `{"kind":"result","test":{"local":"GLU","loinc":"2345-7"},"unit":"mg/dL"}`
		igg      = `{"kind":"result","test":{"local":"IGG","loinc":"2465-3"}`
		control  = `{"kind":"qc","test":{"local":"MYTEST"},"qc":{"level":"L1","lot":"7"}}`
		mapped   = `{"kind":"qc","test":{"local":"GLU","loinc":"2345-7"},"qc":{"level":"L1","lot":"7"}}`
	)
	for _, c := range []struct {
		record, series string
		want           bool
	}{
		{unmapped, "local:MYTEST", true},
		{unmapped, "local:OTHER", false},
		{unmapped, "2345-7", false},
		{troponin, "local:XTROP:ng/mL", true},
		{troponin, "", true},
		{`{"kind":"result","test":{"local":"GLU","loinc":"2345-7"}}`, "2345-7", true},
		{glucose, "2345-7", true},
		{igg + `,"unit":"g/L"}`, "2465-3:g/L", true},
		{igg + `,"unit":"mg/dL"}`, "2465-3:g/L", false},
		{igg + `}`, "2465-3", true}, // of an error code
		{control, "qc/local:MYTEST/L1", true},
		{control, "qc/local:MYTEST/L2", false},
		{mapped, "qc/2345-7/L1", true},
	} {
		var r publishedRecord
		if err := json.Unmarshal([]byte(c.record), &r); err != nil {
			t.Fatal(err)
		}
		if _, ok := evidence(&r, c.series, "zscore"); ok != c.want {
			t.Errorf("%s belongs to %q: %v, want %v", c.record, c.series, ok, c.want)
		}
	}
}
