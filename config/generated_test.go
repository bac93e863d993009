package config

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// TestGenerated keeps what is made from the code equal to it.
func TestGenerated(t *testing.T) {
	sample, err := os.ReadFile("../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]byte{"documented.yaml": sample, "../deploy/schemas/config.schema.json": schema, "../docs/config.md": Reference()} {
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the code and config.yaml say (%v): run \"make generate\"", path, err)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	b, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON is a file as an editor hands it to a schema.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestSchema validates the documented file; then, for each setting, a wrong type, a word that is none and a
// neighbour that does not exist.
func TestSchema(t *testing.T) {
	s := compiled(t)
	if err := s.Validate(asJSON(t, documented)); err != nil {
		t.Errorf("config.yaml: %v", err)
	}
	defaults := Default()
	for _, setting := range defaults.settings() {
		nested := func(value string) []byte {
			parts := strings.Split(setting.path, ".")
			return []byte(strings.Join(parts, ": {") + ": " + value + strings.Repeat("}", len(parts)-1))
		}
		good := "null"
		if b, err := json.Marshal(plainValue(setting.value)); err == nil {
			good = string(b)
		}
		if err := s.Validate(asJSON(t, nested(good))); err != nil {
			t.Errorf("%s = %s: %v", setting.path, good, err)
		}
		wrong := "{a: {b: [c]}}"
		if setting.value.Kind() == reflect.Map {
			wrong = "[1]"
		}
		if s.Validate(asJSON(t, nested(wrong))) == nil {
			t.Errorf("%s = %s is valid", setting.path, wrong)
		}
		neighbour := bytes.Replace(nested("1"), []byte(": 1"), []byte("_: 1"), 1)
		if s.Validate(asJSON(t, neighbour)) == nil {
			t.Errorf("%s is valid", neighbour)
		}
	}
}

// TestWords holds the schema's words against what labwatch takes: each of them, and no other.
func TestWords(t *testing.T) {
	all := words()
	tried := 0
	for path, list := range all {
		for _, word := range append(list, "nonsense") {
			c := Default()
			c.Detectors.Groups, c.Kafka.Brokers = nil, []string{"a:1"}
			text := ""
			switch {
			case path == "inputs[].kind":
				text = "inputs: [{topic: t, format: json, kind: " + word + "}]"
			case path == "inputs[].format" && word == "csv": // it needs to know its columns
				text = "inputs: [{topic: t, kind: any, columns: {device_id: X, timestamp: Y}, format: csv}]"
			case path == "inputs[].format":
				text = "inputs: [{topic: t, kind: any, format: " + word + "}]"
			case strings.Contains(path, "*"), strings.HasPrefix(path, "delivery"), path == "kafka.sasl.mechanism":
				continue // these need neighbours to be right; their own rooms test the words
			default:
				parts := strings.Split(path, ".")
				value := `"` + word + `"`
				if list := reflect.TypeFor[[]string](); leafType(&c, path) == list {
					value = "[" + value + "]"
				}
				text = strings.Join(parts, ": {") + ": " + value + strings.Repeat("}", len(parts)-1)
			}
			if err := decode([]byte(text), &c); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			complains := false
			for _, err := range c.Validate() {
				complains = complains || strings.HasPrefix(err.Error(), strings.ReplaceAll(path, "[].", "[0].")) || strings.HasPrefix(err.Error(), "inputs[0]")
			}
			tried++
			if complains != (word == "nonsense") {
				t.Errorf("%s: mistakes %v", text, c.Validate())
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d words were tried", tried)
	}
}

func leafType(c *Config, path string) reflect.Type {
	for _, s := range c.settings() {
		if s.path == path {
			return s.value.Type()
		}
	}
	return nil
}

// TestCommentsAreWhole: a comment at the end of a line ends there. What goes on below it would be taken for that of the next
// key, and the page of the settings would show half a sentence twice.
func TestCommentsAreWhole(t *testing.T) {
	if cut := regexp.MustCompile(`(?m)^ *[^ #\n].* # .*\n {20,}# .*$`).FindAllString(string(documented), -1); cut != nil {
		t.Errorf("comments that go on in the next line: %q", cut)
	}
}
