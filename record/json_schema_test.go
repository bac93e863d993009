package record

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

// publishedSchema is the schema in the form that we hold ourselves to: no member that it does not describe. The
// published file lets readers pass over later members.
func publishedSchema(t *testing.T) *jsonschema.Schema {
	return readSchema(t, "../deploy/schemas/record.schema.json")
}

func readSchema(t *testing.T, path string) *jsonschema.Schema {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(t, "schema", doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// closeObjects forbids other members in every object, and sees that every member is described.
func closeObjects(t *testing.T, path string, doc any) {
	m, _ := doc.(map[string]any)
	if items, ok := m["items"]; ok {
		closeObjects(t, path+"[]", items)
	}
	properties, ok := m["properties"].(map[string]any)
	if !ok {
		return
	}
	m["additionalProperties"] = false
	for name, p := range properties {
		if p.(map[string]any)["description"] == nil {
			t.Errorf("%s.%s has no description", path, name)
		}
		closeObjects(t, path+"."+name, p)
	}
}

func check(s *jsonschema.Schema, data []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// What the standardizer makes of any reading fits the schema.
func TestSchemaFitsWhatIsPublished(t *testing.T) {
	schema := publishedSchema(t)
	s := standardizer(t, func(o *Options) { o.Critical = "original" })
	kinds := map[Kind]int{}
	rapid.Check(t, func(t *rapid.T) {
		var r Record
		if s.Standardize(&r, anyRaw.Draw(t, "raw"), here, 1763799300e9) != nil {
			return
		}
		r.Flags |= rapid.SampledFrom([]Flag{0, Late, Correction}).Draw(t, "flag")
		scores := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Score {
			return Score{Detector: "ks", Series: r.Series(), Value: rapid.Float64().Draw(t, "score"),
				Limit: rapid.SampledFrom([]float64{0.2, math.NaN()}).Draw(t, "limit"), Ready: rapid.Bool().Draw(t, "ready")}
		}), 0, 3).Draw(t, "scores")
		standing := Standing{rapid.Float32Range(0, 1).Draw(t, "one score"), rapid.SampledFrom([]string{"", "high", "low", "wider", "narrower", "pattern"}).Draw(t, "direction"), rapid.Bool().Draw(t, "known")}
		b := AppendJSON(nil, &r, scores, standing)
		if err := check(schema, b); err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		kinds[r.Kind]++
	})
	for _, k := range []Kind{Result, Control, Event, Telemetry} {
		if kinds[k] == 0 {
			t.Errorf("no %v came through the standardizer", k)
		}
	}
}

// anyRaw draws readings as laboratories send them, dirt included.
var anyRaw = rapid.Custom(func(t *rapid.T) *Raw {
	one := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(t, what) }
	value := func(what string) string {
		return one(what, "5.6", "95", "7,2", "-999", "-----", "NaN", "<0.01", ">= 500", "1:320", "<1:20", "0-2", "2+", "Detected", "HOLD",
			"GREATER THAN 30, DILUTION", "1e308", "-0", "", rapid.String().Draw(t, "noise"))
	}
	clock := func(what string) string {
		return one(what, "2026-11-23T10:30:00Z", "2026-11-23 10:30:00", "2026-11-23T10:30:00.123+02:00", "20261123103000", "", "soon")
	}
	raw := &Raw{
		Kind: rapid.SampledFrom([]Kind{Result, Control, Event, Telemetry}).Draw(t, "kind"),
		ID:   one("id", "R1", "", "\u2028\x00"), Patient: one("patient", "MRN-7", ""), Technician: one("technician", "T-3", ""),
		Device: one("device", "AU680-2", "a/b"), Facility: one("facility", "North", ""),
		TestCode: one("code", "GLU", "GLU_MMOL", "HBA1C", "2345-7", "4548-4", "XYZ", "K"), Value: value("value"),
		Unit:   one("unit", "", "mg/dL", "mmol/L", "%", "mmol/mol", "bananas", " "),
		Status: one("status", "", "F", "C", "X", "P", "odd"), Time: clock("time"), Resulted: clock("resulted"),
		Level: one("level", "", "L1"), Lot: one("lot", "", "4711"), Expected: value("expected"), TargetSD: value("sd"),
		Passed: one("passed", "", "true", "false", "?"), EventType: one("event", "ERROR", "WARNING", "CALIBRATION", "LOT_CHANGE", "??", ""),
		Severity: one("severity", "", "HIGH", "info", "??"), Calibration: clock("calibration"), Maintenance: clock("maintenance"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "channels") {
		raw.Channels = append(raw.Channels, RawChannel{one("name", "ph_level", "storage_temp_c", ""), value("channel")})
	}
	return raw
})

// The schema is worth something only if it refuses what is wrong.
func TestSchemaRefuses(t *testing.T) {
	schema := publishedSchema(t)
	r, scores := sampleResult()
	good := string(AppendJSON(nil, r, scores, Standing{}))
	if err := check(schema, []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"a patient in clear", `"patient":"p1.k1.aaaaaaaaaaaaaaaaaaaaaaaaaa"`, `"patient":"MRN-7"`},
		{"a bound without comparator", `{"kind":"number",`, `{"kind":"bound",`},
		{"a text with a number", `{"kind":"number",`, `{"kind":"text",`},
		{"a number with comparator", `{"kind":"number",`, `{"kind":"number","comparator":"<",`},
		{"a result without test", `"test":{`, `"test_":{`},
		{"a member that nobody described", `"valid":true`, `"valid":true,"arrived":1`},
		{"no time at all", `"time":"2025-11-22T08:15:00Z"`, `"time":"soon"`},
		{"an unknown kind", `"kind":"result"`, `"kind":"tick"`},
		{"an unknown status", `"status":"final"`, `"status":"done"`},
		{"an unknown flag", `"valid":true`, `"valid":true,"flags":["odd"]`},
		{"a code that is no LOINC", `"loinc":"2345-7"`, `"loinc":"GLU"`},
	} {
		bad := strings.Replace(good, c.old, c.new, 1)
		if bad == good {
			t.Errorf("%s: nothing was changed", c.name)
		}
		if check(schema, []byte(bad)) == nil {
			t.Errorf("%s is let through: %s", c.name, bad)
		}
	}
}

// Every flag has its name in the schema.
func TestSchemaKnowsEveryFlag(t *testing.T) {
	schema := publishedSchema(t)
	for i := range flagNames {
		r := &Record{Kind: Telemetry, Device: "D", Flags: 1 << i}
		if err := check(schema, AppendJSON(nil, r, nil, Standing{})); err != nil {
			t.Errorf("%s: %v", flagNames[i], err)
		}
	}
}

// Every reason code fits the schema of rejects, and is named there for those who read it.
func TestRejectSchema(t *testing.T) {
	const path = "../deploy/schemas/reject.schema.json"
	schema := readSchema(t, path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{Undecodable, UnknownKind, TooLarge, NoDevice, NoTime, BadTime, NoTestCode, NoValueSent, NoChannels} {
		reject := `{"headers":{"__connect.errors.topic":"lab.results","__connect.errors.partition":"0","__connect.errors.offset":"7",` +
			`"__connect.errors.stage":"standardize","__connect.errors.exception.class.name":"labwatch.` + code + `",` +
			`"__connect.errors.exception.message":"set aside","labwatch.error.code":"` + code + `","labwatch.version":"1",` +
			`"content-type":"application/vnd.labwatch.sealed"},"sealed":"AAAA"}`
		if err := check(schema, []byte(reject)); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if !strings.Contains(string(text), code+",") && !strings.Contains(string(text), code+".") {
			t.Errorf("the schema does not name %s", code)
		}
		if check(schema, []byte(strings.Replace(reject, `offset":"7"`, `offset":7`, 1))) == nil {
			t.Error("an offset that is no text is let through")
		}
	}
}
