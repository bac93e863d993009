package config

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemas = "../deploy/schemas"

// asyncAPI is deploy/schemas/asyncapi.yaml, as far as it is looked into here.
type asyncAPI struct {
	Channels map[string]struct {
		Address  string
		Messages map[string]struct{ Ref string }
	}
	Components struct {
		Messages map[string]struct {
			Payload  struct{ Schema struct{ Ref string } }
			Examples []struct {
				Name    string
				Payload map[string]any
			}
		}
	}
}

func readAsyncAPI(t *testing.T) (doc asyncAPI, whole any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(schemas, "asyncapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	whole = asJSON(t, b)
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(bytes.ReplaceAll(text, []byte(`"$ref"`), []byte(`"ref"`)), &doc); err != nil {
		t.Fatal(err)
	}
	return doc, whole
}

// TestAsyncAPI validates the document against the schema of AsyncAPI 3.1.0, which @asyncapi/specs 6.11.1 publishes.
func TestAsyncAPI(t *testing.T) {
	f, err := os.Open("testdata/asyncapi/3.1.0.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	official, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("http://asyncapi.com/definitions/3.1.0/asyncapi.json", official); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("http://asyncapi.com/definitions/3.1.0/asyncapi.json")
	if err != nil {
		t.Fatal(err)
	}
	_, whole := readAsyncAPI(t)
	if err := s.Validate(whole); err != nil {
		t.Errorf("asyncapi.yaml: %v", err)
	}
	whole.(map[string]any)["operations"].(map[string]any)["readResults"].(map[string]any)["action"] = "devour"
	if s.Validate(whole) == nil {
		t.Error("the official schema takes everything")
	}
}

// TestAsyncAPITopics holds the channels against the default topics: every one that is an interface, and no other.
func TestAsyncAPITopics(t *testing.T) {
	doc, _ := readAsyncAPI(t)
	c := Default()
	topics := c.Kafka.Topics
	want := []string{topics.Records, topics.Alerts, topics.Rejects, topics.Undelivered}
	for _, in := range c.Inputs {
		want = append(want, in.Topic)
	}
	var got []string
	for name, channel := range doc.Channels {
		got = append(got, channel.Address)
		for _, m := range channel.Messages {
			if _, known := doc.Components.Messages[strings.TrimPrefix(m.Ref, "#/components/messages/")]; !known {
				t.Errorf("channel %s: there is no message %s", name, m.Ref)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("channels %v, topics %v", got, want)
	}
}

// TestAsyncAPIMessages compiles the schema of every message, and reads the examples of inputs with the schema and with
// the decoder that reads the topic.
func TestAsyncAPIMessages(t *testing.T) {
	doc, _ := readAsyncAPI(t)
	c := jsonschema.NewCompiler()
	files, err := filepath.Glob(schemas + "/*.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err == nil {
			err = c.AddResource("file:///"+filepath.Base(file), s)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	defaults, read := Default(), 0
	for _, channel := range doc.Channels {
		for _, ref := range channel.Messages {
			name := strings.TrimPrefix(ref.Ref, "#/components/messages/")
			m := doc.Components.Messages[name]
			if m.Payload.Schema.Ref == "" {
				continue // sealed bytes
			}
			s, err := c.Compile("file:///" + m.Payload.Schema.Ref)
			if err != nil {
				t.Errorf("message %s: %v", name, err)
				continue
			}
			at := slices.IndexFunc(defaults.Inputs, func(in Input) bool { return in.Topic == channel.Address })
			if at < 0 {
				continue
			}
			f, err := defaults.Format(defaults.Inputs[at])
			if err != nil || len(m.Examples) == 0 {
				t.Fatalf("message %s: %v, %d examples", name, err, len(m.Examples))
			}
			for _, example := range m.Examples {
				b, err := json.Marshal(example.Payload)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Validate(asJSON(t, b)); err != nil {
					t.Errorf("%s, %s: %v", name, example.Name, err)
				}
				raw, err := f.Decode(nil, b)
				if err != nil || len(raw) != 1 || raw[0].Device == "" {
					t.Errorf("%s, %s: decoded as %+v, %v", name, example.Name, raw, err)
				}
				read++
			}
			if s.Validate(map[string]any{}) == nil {
				t.Errorf("message %s: the schema takes an empty object", name)
			}
		}
	}
	if read < 4 {
		t.Errorf("only %d examples", read)
	}
}
