package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestAppendJSON(t *testing.T) {
	full, scores := sampleResult()
	for _, c := range []struct {
		name   string
		record *Record
		scores []Score
		want   string
	}{
		{"result", full, scores, `{"schema":"labwatch.record/1","kind":"result",` +
			`"origin":{"topic":"lab.results","partition":3,"offset":123456},"id":"R-2025-0001234","device":"ANALYZER-07","facility":"F-1",` +
			`"patient":"p1.k1.aaaaaaaaaaaaaaaaaaaaaaaaaa","technician":"p1.k1.bbbbbbbbbbbbbbbbbbbbbbbbbb",` +
			`"time":"2025-11-22T08:15:00Z","collected_hour":9,"collected_weekday":6,"resulted":"2025-11-22T08:52:31.5Z",` +
			`"turnaround_hours":0.6254166666666666,` +
			`"test":{"local":"GLU_MMOL","loinc":"2345-7","name":"Glucose [Mass/volume] in Serum or Plasma"},` +
			`"value":{"kind":"number","number":100.88736},"unit":"mg/dL",` +
			`"conversion":{"from":"mmol/L","to":"mg/dL","factor":18.0156,"offset":0,"source":"molar mass 180.156 g/mol"},` +
			`"status":"final","valid":true,"scores":[` +
			`{"detector":"zscore","series":"2345-7","score":0.4134,"limit":4.5,"ready":true},` +
			`{"detector":"zmean","series":"2345-7","score":0.713,"ready":true},` +
			`{"detector":"ks","series":"2345-7","ready":false}]}`},
		{"bound in a message of several", &Record{Kind: Result, Origin: Origin{"t", 0, 9, 2}, Device: "D", Time: -1, UTCOffset: -3600,
			Test: Test{Local: "CRP"}, Value: Value{Kind: Bound, Comparator: "<", Number: 0.01}, Status: Preliminary, Flags: Censored | NoID}, nil,
			`{"schema":"labwatch.record/1","kind":"result","origin":{"topic":"t","partition":0,"offset":9,"index":2},"device":"D",` +
				`"time":"1969-12-31T23:59:59.999999999Z","collected_hour":22,"collected_weekday":3,"test":{"local":"CRP"},` +
				`"value":{"kind":"bound","comparator":"<","number":0.01},"status":"preliminary","flags":["censored","no_id"],"valid":false}`},
		{"withheld text keeps no number", &Record{Kind: Result, Device: "D", Value: Value{Kind: Text, Number: 7}, Flags: Withheld}, nil,
			`{"schema":"labwatch.record/1","kind":"result","origin":{"topic":"","partition":0,"offset":0},"device":"D",` +
				`"test":{},"value":{"kind":"text"},"status":"final","flags":["withheld"],"valid":false}`},
		{"control", &Record{Kind: Control, Device: "D", ID: "Q1", Time: 1e9, Test: Test{LOINC: "2345-7"}, Unit: "mg/dL", Level: "L2", Lot: "4711",
			Value: Value{Kind: Number, Number: 95}, Expected: 100, TargetSD: math.NaN(), Passed: No}, nil,
			`{"schema":"labwatch.record/1","kind":"qc","origin":{"topic":"","partition":0,"offset":0},"id":"Q1","device":"D",` +
				`"time":"1970-01-01T00:00:01Z","test":{"loinc":"2345-7"},"value":{"kind":"number","number":95},"unit":"mg/dL",` +
				`"qc":{"level":"L2","lot":"4711","expected":100,"passed":false},"valid":true}`},
		{"log", &Record{Kind: Event, Device: "D\"\\\x00\u2028\u2029\xff", Time: 1e9, EventType: LotEvent, Severity: "info", Lot: "L", Calibration: 1e9}, nil,
			`{"schema":"labwatch.record/1","kind":"log","origin":{"topic":"","partition":0,"offset":0},` +
				`"device":"D\"\\\u0000\u2028\u2029` + "\ufffd" + `","time":"1970-01-01T00:00:01Z",` +
				`"log":{"event":"lot","severity":"info","lot":"L","calibration":"1970-01-01T00:00:01Z"},"valid":true}`},
		{"telemetry", &Record{Kind: Telemetry, Device: "D", Time: 1e9, Channels: []Channel{
			{"ph", -999, ErrorCode}, {"temp", math.NaN(), Unusable}, {"flow", 1e-7, 0}, {"inf", math.Inf(1), 0}}}, nil,
			`{"schema":"labwatch.record/1","kind":"telemetry","origin":{"topic":"","partition":0,"offset":0},"device":"D",` +
				`"time":"1970-01-01T00:00:01Z","channels":[{"name":"ph","value":-999,"flags":["error_code"]},` +
				`{"name":"temp","flags":["unusable"]},{"name":"flow","value":1e-07},{"name":"inf"}],"valid":true}`},
		{"scores of several series", &Record{Kind: Event, Device: "D"}, []Score{{Detector: "ks", Series: "é\"1"}, {Detector: "psi", Series: "é\"1"},
			{Detector: "ks", Series: "2"}, {Detector: "a"}, {Detector: "b"}, {Detector: "ks", Series: "2", Value: 1.5, Limit: 2, Ready: true}},
			`{"schema":"labwatch.record/1","kind":"log","origin":{"topic":"","partition":0,"offset":0},"device":"D",` +
				`"log":{"event":"other"},"valid":false,"scores":[` +
				`{"detector":"ks","series":"é\"1","ready":false},{"detector":"psi","series":"é\"1","ready":false},` +
				`{"detector":"ks","series":"2","ready":false},{"detector":"a","ready":false},{"detector":"b","ready":false},` +
				`{"detector":"ks","series":"2","score":1.5,"limit":2,"ready":true}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(AppendJSON([]byte("before"), c.record, c.scores, Standing{})); got != "before"+c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
		})
	}
}

// sampleResult is a usual result, converted and scored.
func sampleResult() (*Record, []Score) {
	return &Record{
			Kind: Result, Origin: Origin{Topic: "lab.results", Partition: 3, Offset: 123456}, Arrived: 1763799300e9,
			Time: 1763799300e9, UTCOffset: 3600, Resulted: 1763801551_500000000, ID: "R-2025-0001234", Device: "ANALYZER-07", Facility: "F-1",
			Patient: "p1.k1." + strings.Repeat("a", 26), Technician: "p1.k1." + strings.Repeat("b", 26),
			Test:  Test{Local: "GLU_MMOL", LOINC: "2345-7", Name: "Glucose [Mass/volume] in Serum or Plasma"},
			Value: Value{Kind: Number, Number: 100.88736}, Unit: "mg/dL",
			Conversion: Conversion{From: "mmol/L", To: "mg/dL", Factor: 18.0156, Source: "molar mass 180.156 g/mol"},
			Expected:   math.NaN(), TargetSD: math.NaN(),
		}, []Score{
			{Detector: "zscore", Series: "2345-7", Value: 0.4134, Limit: 4.5, Ready: true},
			{Detector: "zmean", Series: "2345-7", Value: 0.713, Limit: math.NaN(), Ready: true},
			{Detector: "ks", Series: "2345-7", Value: 0.1, Limit: 0.2},
		}
}

// Whatever a record holds, the published form is JSON in UTF-8 on one line, and numbers and texts read back as
// they were.
func TestAppendJSONIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord.Draw(t, "record")
		b := AppendJSON(nil, r, nil, Standing{})
		var got struct {
			ID    string
			Value struct{ Number, High *float64 }
			Flags []string
		}
		if err := json.Unmarshal(b, &got); err != nil || !utf8.Valid(b) || bytes.ContainsAny(b, "\r\n") {
			t.Fatalf("%v in %s", err, b)
		}
		if want := strings.ToValidUTF8(r.ID, "\ufffd"); utf8.ValidString(r.ID) && got.ID != want {
			t.Errorf("id %q, want %q", got.ID, want)
		}
		if names := r.Flags.Names(nil); fmt.Sprint(names) != fmt.Sprint(got.Flags) {
			t.Errorf("flags %q, want %q", got.Flags, names)
		}
		measured := (r.Kind == Result || r.Kind == Control) && r.Value.Kind != NoValue &&
			(r.Value.Kind != Text || r.Value.Comparator != "")
		same(t, "number", got.Value.Number, r.Value.Number, measured)
		same(t, "high", got.Value.High, r.Value.High, r.Value.Kind == Range && measured)
	})
}

func same(t *rapid.T, what string, got *float64, want float64, wanted bool) {
	switch wanted = wanted && finite(want); {
	case wanted != (got != nil):
		t.Errorf("%s: given is %t, want %t", what, got != nil, wanted)
	case wanted && math.Float64bits(*got) != math.Float64bits(want):
		t.Errorf("%s %v, want %v", what, *got, want)
	}
}

// The one score has three decimals, and is left out while it is not known.
func TestAppendStanding(t *testing.T) {
	r := &Record{Kind: Event, Device: "D"}
	plain := string(AppendJSON(nil, r, nil, Standing{Score: 0.7, Direction: "high"}))
	for want, s := range map[string]Standing{
		`"valid":false,"score":0}`:                         {Known: true},
		`"valid":false,"score":1,"direction":"low"}`:       {0.9999, "low", true},
		`"valid":false,"score":0.5,"direction":"pattern"}`: {0.5, "pattern", true},
		`"valid":false,"score":0.023}`:                     {0.0234, "", true},
		`"valid":false,"score":0.877,"direction":"wider"}`: {0.87651, "wider", true},
		`"valid":false,"score":1}`:                         {1.5, "", true}, // no detector says so
		`"valid":false,"score":0,"direction":"high"}`:      {-0.1, "high", true},
		`"valid":false}`:                                   {float32(math.NaN()), "high", true},
	} {
		got := string(AppendJSON(nil, r, nil, s))
		if !strings.HasSuffix(got, want) || strings.TrimSuffix(got, want)+`"valid":false}` != plain {
			t.Errorf("%+v is written as %s, want %s", s, got, want)
		}
	}
}

func TestAppendJSONAllocatesNothing(t *testing.T) {
	r, scores := sampleResult()
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { dst = AppendJSON(dst[:0], r, scores, Standing{0.987, "high", true}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
