package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Setting is a value with its source, for people.
type Setting struct {
	Path   string `json:"path"`
	Value  string `json:"value"` // YAML on one line
	Source string `json:"source"`
}

// Effective lists every setting with its value and where that comes from.
func (c *Config) Effective(sources Sources) []Setting {
	var list []Setting
	for _, s := range c.settings() {
		list = append(list, Setting{s.path, oneLine(s.value), sources[s.path]})
	}
	return list
}

// oneLine writes a value as YAML in flow style.
func oneLine(v reflect.Value) string {
	if d, ok := v.Interface().(time.Duration); ok {
		return shorter(d)
	}
	var n yaml.Node
	if err := n.Encode(v.Interface()); err != nil {
		return "?" // no setting of ours does that
	}
	flow(&n)
	b, err := yaml.Marshal(&n)
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(string(b))
}

// shorter leaves out what is nothing: 5m0s is 5m.
func shorter(d time.Duration) string {
	text := d.String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, nothing) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// flow gives a value and all in it the form {a: [b, c]}.
func flow(n *yaml.Node) {
	n.Style |= yaml.FlowStyle
	for _, below := range n.Content {
		flow(below)
	}
}

// MarshalSources writes the tree as a file that says of each setting where it comes from.
func MarshalSources(c *Config, sources Sources) ([]byte, error) {
	var n yaml.Node
	if err := n.Encode(c); err != nil {
		return nil, fmt.Errorf("write config: %w", err)
	}
	comment(&n, "", sources)
	return encode(&n)
}

// comment writes the source behind each setting: on its value, or on its name when the value has lines of its own.
func comment(n *yaml.Node, path string, sources Sources) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		below := pathOf(path, key.Value)
		source, leaf := sources[below]
		switch {
		case !leaf && value.Kind == yaml.MappingNode:
			comment(value, below, sources)
		case value.Kind == yaml.ScalarNode || len(value.Content) == 0:
			value.LineComment = source
		default:
			key.HeadComment = source
		}
	}
}
