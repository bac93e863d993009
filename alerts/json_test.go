package alerts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"labwatch/record"
)

// publishedSchema is the schema in the form that we hold ourselves to: no field that it does not describe.
// The published file lets readers pass over later fields.
func publishedSchema(t testing.TB) *jsonschema.Schema {
	data, err := os.ReadFile("../deploy/schemas/alert.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(t, "", doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("alert.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("alert.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// closeObjects forbids other fields in every object, and sees that every field is described.
func closeObjects(t testing.TB, path string, doc any) {
	m, _ := doc.(map[string]any)
	properties, ok := m["properties"].(map[string]any)
	if !ok {
		return
	}
	m["additionalProperties"] = false
	for name, p := range properties {
		if p.(map[string]any)["description"] == nil {
			t.Errorf("schema: %s.%s has no description", path, name)
		}
		closeObjects(t, path+"."+name, p)
	}
}

func validate(s *jsonschema.Schema, data []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

func drawAlert(t *rapid.T) Alert {
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "XYZ", "a\"b\\c\n\x00\x7f", "\xff\xfe", "\u2028µ→😀"}))
	name := func(what string) string { return word.Draw(t, what) }
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-10, 200), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), 0, math.Copysign(0, -1), 5e-324}))
	x := func(what string) float64 { return number.Draw(t, what) }
	n := func(what string) int { return rapid.IntRange(0, 500).Draw(t, what) }
	// 2262 is the last year that nanoseconds reach.
	at := func(what string) int64 { return rapid.Int64Range(1, math.MaxInt64).Draw(t, what) }
	rules := []string{RuleErrorCode, RuleLimit, RuleCriticalValue, RuleSilent, RuleQCFailed, "zmean", "zscore", "ks", "psi", "iforest", "toy"}
	a := Alert{
		ID:       NewID(record.Origin{Offset: rapid.Int64().Draw(t, "offset")}, "", "", "").String(),
		Sequence: n("sequence"),
		Change:   Change(rapid.IntRange(1, 3).Draw(t, "change")),
		Rule:     rapid.SampledFrom(rules).Draw(t, "rule"),
		Severity: Severity(rapid.IntRange(1, 3).Draw(t, "severity")),
		Device:   name("device"), Facility: name("facility"),
		Kind:   record.Kind(rapid.IntRange(1, 5).Draw(t, "kind")),
		Series: name("series"), Label: name("label"),
		Test: record.Test{Local: name("local"), LOINC: name("loinc"), Name: name("name")},
		Unit: name("unit"), At: at("at"), Opened: at("opened"),
		Origin:  record.Origin{Topic: name("topic"), Partition: 3, Offset: 7, Index: 1},
		Subject: name("subject"), Summary: name("summary"), Action: name("action"),
		Evidence: Evidence{
			Statistic: name("statistic"), Score: x("score"), Threshold: x("threshold"), Peak: x("peak"),
			BaselineMean: x("baseline mean"), BaselineSD: math.Abs(x("baseline sd")), BaselineN: n("baseline n"),
			CurrentMean: x("mean"), CurrentSD: math.Abs(x("sd")), CurrentN: n("n"), Since: at("since"),
			Value: x("value"), Comparator: rapid.SampledFrom([]string{"", "<", ">="}).Draw(t, "comparator"),
			Low: x("low"), High: x("high"), FirstSeen: at("first seen"), Count: n("count"),
			Direction: rapid.IntRange(-1, 1).Draw(t, "direction"),
		},
	}
	a.Evidence.P = rapid.SampledFrom([]float64{0, 0.0009765625, 1}).Draw(t, "p")
	for range rapid.IntRange(0, 3).Draw(t, "channels") {
		a.Evidence.Channels = append(a.Evidence.Channels, ChannelPart{Name: name("channel"),
			Share: rapid.Float64Range(0, 1).Draw(t, "share"), Direction: rapid.IntRange(-1, 1).Draw(t, "side")})
	}
	for range rapid.IntRange(0, MaxValues).Draw(t, "values") {
		a.Evidence.Values = append(a.Evidence.Values, rapid.Float64Range(-1e300, 1e300).Draw(t, "v"))
	}
	return a
}

func TestJSONProperties(t *testing.T) {
	schema := publishedSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		a := drawAlert(t)
		data := AppendJSON(nil, &a)
		if !json.Valid(data) || bytes.ContainsAny(data, "\n\r") {
			t.Fatalf("%s", data)
		}
		if err := validate(schema, data); err != nil {
			t.Fatalf("%s\n%v", data, err)
		}
		back, err := ParseJSON(data)
		if err != nil {
			t.Fatalf("%s\n%v", data, err)
		}
		// What is no number is left out, what is not UTF-8 replaced; all else comes back to the bit.
		want := strings.NewReplacer("+Inf", "NaN", "-Inf", "NaN").Replace(fmt.Sprintf("%+v", a))
		if got := fmt.Sprintf("%+v", back); replaced(got) != replaced(want) {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
		if again := AppendJSON(nil, &back); !bytes.Equal(again, data) {
			t.Fatalf("second writing differs:\n%s\n%s", data, again)
		}
	})
}

// replaced makes one U+FFFD of every run of them and of bytes that are not UTF-8.
func replaced(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\uFFFD", "\xff"), "\uFFFD")
}

func TestJSONGolden(t *testing.T) {
	schema := publishedSchema(t)
	a := Alert{
		ID: "000102030405060708090a0b0c0d0e0f", Sequence: 1, Change: Updated, Rule: "zmean", Severity: Critical,
		Device: "XYZ", Facility: "North \"1\"", Kind: record.Result, Series: "2345-7",
		Test: record.Test{Local: "GLU", LOINC: "2345-7", Name: "Glucose [Mass/volume] in Serum or Plasma"}, Unit: "mg/dL",
		At: 1_700_000_000_500_000_000, Opened: 1_700_000_000_000_000_000,
		Origin:   record.Origin{Topic: "lab.results", Partition: 3, Offset: 41},
		Evidence: NewEvidence("z"),
		Summary:  "Device XYZ: glucose mean 95 → 105 mg/dL.\n", Action: "bad \xff byte",
	}
	e := &a.Evidence
	e.Score, e.Threshold, e.Peak, e.BaselineMean, e.BaselineSD, e.BaselineN = 3.2, 3, 3.5, 95, 3.1, 500
	e.CurrentMean, e.CurrentN, e.Since, e.Value = 105, 24, 1_699_999_000_000_000_000, 1e-7
	e.Values, e.FirstSeen, e.Count, e.Direction = []float64{105, math.NaN(), 1e21}, 1_699_999_900_000_000_000, 7, 1
	want := `{"schema":"labwatch.alert/1","id":"000102030405060708090a0b0c0d0e0f","sequence":1,"state":"updated",` +
		`"rule":"zmean","severity":"critical","device":"XYZ","facility":"North \"1\"","kind":"result","series":"2345-7",` +
		`"test":{"local":"GLU","loinc":"2345-7","name":"Glucose [Mass/volume] in Serum or Plasma"},"unit":"mg/dL",` +
		`"at":"2023-11-14T22:13:20.5Z","opened_at":"2023-11-14T22:13:20Z",` +
		`"origin":{"topic":"lab.results","partition":3,"offset":41,"index":0},` +
		`"evidence":{"statistic":"z","score":3.2,"threshold":3,"peak":3.5,"baseline":{"mean":95,"sd":3.1,"n":500},` +
		`"current":{"mean":105,"n":24,"since":"2023-11-14T21:56:40Z"},"value":1e-07,"values":[105,1e+21],` +
		`"first_seen":"2023-11-14T22:11:40Z","count":7,"direction":"high"},` +
		`"summary":"Device XYZ: glucose mean 95 → 105 mg/dL.\u000a","action":"bad ` + "\uFFFD" + ` byte"}`
	got := string(AppendJSON([]byte("x"), &a))
	if got != "x"+want {
		t.Errorf("got\n%s\nwant\n%s", got[1:], want)
	}
	if err := validate(schema, []byte(want)); err != nil {
		t.Error(err)
	}
}

func TestJSONString(t *testing.T) {
	for s, want := range map[string]string{
		"":                  `""`,
		"µ→😀é":              `"µ→😀é"`,
		"a\"b\\c/":          `"a\"b\\c/"`,
		"\x00\x1f\x7f\n~":   `"\u0000\u001f\u007f\u000a~"`,
		"x\u2028y\u2029":    `"x\u2028y\u2029"`,
		"\xff\xc3(\xe2\x82": "\"\uFFFD\uFFFD(\uFFFD\uFFFD\"",
		"\uFFFD":            "\"\uFFFD\"",
	} {
		if got := string(appendString(nil, s)); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

// The alerts of the sentence tests are messages too.
func TestSentenceCasesFitTheSchema(t *testing.T) {
	schema := publishedSchema(t)
	paths, _ := filepath.Glob("testdata/sentences/*/alert.json")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		a, err := ParseJSON(data)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		a.Summary, a.Action = Summarise(&a, nil)
		if err := validate(schema, AppendJSON(nil, &a)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	schema := publishedSchema(t)
	good := string(AppendJSON(nil, &Alert{ID: strings.Repeat("0a", 16), Change: Opened, Rule: "ks", Severity: Warning,
		Kind: record.Result, At: 1, Opened: 1, Evidence: NewEvidence("D")}))
	if err := validate(schema, []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{`labwatch.alert/1`, `labwatch.alert/2`},
		{`"opened"`, `"closed"`},
		{`"id":"0a`, `"id":"0A`},
		{`"sequence":0`, `"sequence":-1`},
		{`"severity":"warning"`, `"severity":"none"`},
		{`"kind":"result"`, `"kind":"unknown"`},
		{`"statistic":"D"`, `"statistic":"D","score":"3"`},
		{`"statistic":"D"`, `"statistic":"D","p":0.1`},
		{`"at":"1970-01-01T00:00:00.000000001Z"`, `"at":"1970-13-01T00:00:00Z"`},
		{`"rule":"ks",`, ``},
	} {
		bad := strings.Replace(good, c[0], c[1], 1)
		if bad == good || validate(schema, []byte(bad)) == nil {
			t.Errorf("%s for %s was accepted in %s", c[1], c[0], good)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	a := Alert{ID: strings.Repeat("0a", 16), Change: Opened, Rule: "ks", Severity: Warning, Kind: record.Result, At: 1, Opened: 1}
	good := string(AppendJSON(nil, &a))
	if _, err := ParseJSON([]byte(strings.Replace(good, `{"schema"`, `{"later":[1],"schema"`, 1))); err != nil {
		t.Errorf("a later field is no error: %v", err)
	}
	for _, c := range [][2]string{
		{"/1", "/2"}, {"opened", "closed"}, {"warning", "bad"}, {`"result"`, `"blood"`}, {"0a0a", "0a"}, {"0a0a", "xxxx"}, {"}", ""},
	} {
		bad := strings.Replace(good, c[0], c[1], 1)
		if _, err := ParseJSON([]byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "read alert: ") {
			t.Errorf("%s for %s: %v", c[1], c[0], err)
		}
	}
}

func TestHeaders(t *testing.T) {
	a := Alert{ID: "ab", Sequence: 12, Change: Resolved, Rule: "limit", Device: "cold store/1", Series: "temp", Facility: "Süd", At: 1_700_000_000_500_000_000}
	var got []string
	for _, h := range AppendHeaders(nil, &a) {
		got = append(got, h.Key+": "+h.Value)
	}
	want := []string{
		"ce_specversion: 1.0", "ce_id: ab.12", "ce_type: labwatch.alert.resolved", "ce_source: /labwatch/S%C3%BCd",
		"ce_subject: cold%20store%2F1/temp/limit", "ce_time: 2023-11-14T22:13:20.5Z", "content-type: application/json",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	data, err := os.ReadFile("testdata/sentences/zmean-opened/alert.json")
	if err != nil {
		b.Fatal(err)
	}
	a, err := ParseJSON(data)
	if err != nil {
		b.Fatal(err)
	}
	a.Summary, a.Action = Summarise(&a, nil)
	buf := AppendJSON(nil, &a)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendJSON(buf[:0], &a)
	}
}

func BenchmarkSummarise(b *testing.B) {
	data, err := os.ReadFile("testdata/sentences/zmean-opened/alert.json")
	if err != nil {
		b.Fatal(err)
	}
	a, err := ParseJSON(data)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Summarise(&a, nil)
	}
}
