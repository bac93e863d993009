package formats

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"labwatch/record"
)

var update = flag.Bool("update", false, "write expected.jsonl anew; read the difference before you commit it")

// TestGolden decodes testdata/<format>/<case>/input.*, with the options of options.json if there is one, and
// expects what expected.jsonl says. A new case is a folder.
func TestGolden(t *testing.T) {
	for name, plugin := range Builtin() {
		cases, err := filepath.Glob(filepath.Join("testdata", name, "*", "input.*"))
		if err != nil || len(cases) == 0 {
			t.Errorf("%s: no cases: %v", name, err)
		}
		for _, input := range cases {
			dir := filepath.Dir(input)
			t.Run(name+"/"+filepath.Base(dir), func(t *testing.T) { golden(t, plugin, dir, input) })
		}
	}
}

func golden(t *testing.T, plugin Plugin, dir, input string) {
	payload := read(t, input)
	f, err := plugin(options(t, filepath.Join(dir, "options.json")))
	if err != nil {
		t.Fatal(err)
	}
	got := describe(t, f, payload)
	for _, before := range [][]byte{payload, backwards(payload), payload} { // what it has read changes nothing
		_, _ = f.Decode(nil, bytes.Clone(before))
		if again := describe(t, f, payload); !bytes.Equal(got, again) {
			t.Errorf("behind\n%s\nit reads\n%s", before, again)
		}
	}
	expected := filepath.Join(dir, "expected.jsonl")
	if *update {
		if err := os.WriteFile(expected, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, expected); !bytes.Equal(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func read(t *testing.T, path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func options(t *testing.T, path string) (o Options) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Options{}
	}
	var form struct {
		Kind    string
		Columns map[string]string
		Header  []string
	}
	if err == nil {
		err = json.Unmarshal(data, &form)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		if k.String() == form.Kind {
			o.Kind = k
		}
	}
	o.Columns, o.Header = form.Columns, form.Header
	return o
}

// describe gives one line for each reading, or one with the error and its code.
func describe(t *testing.T, f Format, payload []byte) []byte {
	payload = bytes.Clone(payload)
	raws, err := f.Decode(nil, payload)
	for i := range payload {
		payload[i] = 'X' // whoever owns the payload may reuse it
	}
	var out bytes.Buffer
	line := json.NewEncoder(&out)
	line.SetEscapeHTML(false)
	if err != nil {
		if len(raws) != 0 {
			t.Errorf("%d readings beside an error", len(raws))
		}
		err = line.Encode(map[string]string{"error": err.Error(), "code": Code(err)})
	}
	for i := range raws {
		err = errors.Join(err, line.Encode(filled(raws[i])))
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// filled holds the fields of a reading that are not empty.
func filled(raw record.Raw) map[string]any {
	m := map[string]any{"Kind": raw.Kind.String()}
	v := reflect.ValueOf(raw)
	for i := range v.NumField() {
		name, value := v.Type().Field(i).Name, v.Field(i)
		if value.Kind() == reflect.String && value.Len() > 0 {
			m[name] = strings.Clone(value.String())
		}
	}
	if len(raw.Channels) > 0 {
		m["Channels"] = raw.Channels
	}
	return m
}
