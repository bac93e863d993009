package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"labwatch/alerts"
	"labwatch/detectors"
)

// Schema is a JSON Schema (2020-12) of a config file, for editors. It is made of the tree's types, the defaults and
// the comments of the documented file. What only labwatch can know, such as whether a zone exists, is for check.
func Schema() ([]byte, error) {
	defaults := Default()
	s := schema{said: comments(), words: words()}
	root := s.of("", reflect.TypeFor[Config](), reflect.ValueOf(defaults))
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "urn:labwatch:schema:config"
	root["title"] = "labwatch config"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	return b.Bytes(), nil
}

// schema is what describing a type needs besides the type.
type schema struct {
	said  map[string]string
	words map[string][]string
}

type object = map[string]any

// of describes a type at a path. v is its default, or not valid where there is none.
func (s schema) of(path string, t reflect.Type, v reflect.Value) object {
	o := s.shape(path, t, v)
	if text := s.said[path]; text != "" {
		o["description"] = text
	}
	if t.Kind() != reflect.Struct && v.IsValid() {
		if value := plainValue(v); value != nil {
			o["default"] = value
		}
	}
	return o
}

func (s schema) shape(path string, t reflect.Type, v reflect.Value) object {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return object{"type": "string", "pattern": `^-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$`}
	case reflect.TypeFor[alerts.Severity]():
		return object{"enum": []string{"info", "warning", "critical"}}
	case reflect.TypeFor[map[string]map[string]any]():
		return s.params(path)
	}
	switch t.Kind() {
	case reflect.Struct:
		properties := object{}
		s.fields(properties, path, t, v)
		return object{"type": "object", "additionalProperties": false, "properties": properties}
	case reflect.Pointer:
		o := s.shape(path, t.Elem(), reflect.Value{})
		o["type"] = []any{o["type"], "null"}
		return o
	case reflect.Slice:
		items := s.of(path+"[]", t.Elem(), reflect.Value{})
		if some := s.words[path]; some != nil {
			items = object{"enum": some}
		}
		return object{"type": []string{"array", "null"}, "items": items}
	case reflect.Map:
		return object{"type": []string{"object", "null"}, "additionalProperties": s.of(path+".*", t.Elem(), reflect.Value{})}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.String:
		if one := s.words[path]; one != nil {
			return object{"enum": one}
		}
		return object{"type": "string"}
	case reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	}
	return object{"type": "integer"}
}

func (s schema) fields(properties object, path string, t reflect.Type, v reflect.Value) {
	for i := range t.NumField() {
		name, options, tagged := yamlTag(t.Field(i))
		if !tagged {
			continue
		}
		var field reflect.Value
		if v.IsValid() {
			field = v.Field(i)
		}
		if options == "inline" {
			s.fields(properties, path, t.Field(i).Type, field)
			continue
		}
		properties[name] = s.of(pathOf(path, name), t.Field(i).Type, field)
	}
}

// params describes the parameters of every detector, which are structs that only the detectors know: each is asked
// to decode, and shows what it would decode into.
func (s schema) params(path string) object {
	properties := object{}
	builtin := detectors.Builtin()
	for _, name := range slices.Sorted(maps.Keys(builtin)) {
		if into, ok := parametersOf(builtin[name]); ok {
			properties[name] = s.of(path+"."+name, into.Type(), into)
		}
	}
	return object{"type": []string{"object", "null"}, "additionalProperties": false, "properties": properties}
}

// parametersOf is a detector's parameters with their defaults.
func parametersOf(plugin detectors.Plugin) (v reflect.Value, ok bool) {
	_, _ = plugin(func(into any) error {
		if at := reflect.ValueOf(into); at.Kind() == reflect.Pointer && at.Elem().Kind() == reflect.Struct {
			v, ok = reflect.New(at.Elem().Type()).Elem(), true
			v.Set(at.Elem())
		}
		return nil
	})
	return v, ok
}

// plainValue is a value as a file would have it; nil for what has no default worth showing.
func plainValue(v reflect.Value) any {
	b, err := encode(v.Interface())
	if err != nil {
		return nil
	}
	var value any
	if err := decode(b, &value); err != nil {
		return nil
	}
	return value
}
