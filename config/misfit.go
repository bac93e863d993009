package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// readable says of the library's mistakes what the reader of a file knows: the path of the setting and what it takes, in
// place of a type of Go. The library keeps no paths. So the document is walked as it walks it, and each part is given the
// sentence that the library would say if it did not fit.
func readable(err error, b []byte, into any) error {
	var list *yaml.TypeError
	if !errors.As(err, &list) {
		return fmt.Errorf("%w: %s", ErrNoYAML, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var n yaml.Node
	_ = yaml.Unmarshal(b, &n) // has been read before
	said := misfits{}
	said.walk("", &n, reflect.TypeOf(into))
	errs := make([]error, len(list.Errors))
	for i, e := range list.Errors {
		errs[i] = errors.New(e)
		if ours := said[typeless(e)]; len(ours) > 0 { // equal ones of one line are met in the same order
			errs[i], said[typeless(e)] = ours[0], ours[1:]
		}
	}
	return errors.Join(errs...)
}

// misfit is a part of a document that is not what its setting takes.
type misfit struct {
	path string // empty: the document itself
	line int
	what string
}

func (m misfit) Error() string {
	if m.path == "" {
		return fmt.Sprintf("line %d: %s", m.line, m.what)
	}
	return fmt.Sprintf("%s: line %d: %s", m.path, m.line, m.what)
}

// unlined leaves out the lines of a text that nobody has seen.
func unlined(err error) error {
	list, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var errs []error
	for _, err := range list.Unwrap() {
		if m := (misfit{}); errors.As(err, &m) {
			err = errors.New(strings.TrimPrefix(m.path+": "+m.what, ": "))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// misfits are ours by the library's sentence.
type misfits map[string][]error

func (m misfits) walk(path string, n *yaml.Node, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n.Kind {
	case yaml.DocumentNode:
		m.walk(path, n.Content[0], t)
		return
	case yaml.AliasNode:
		m.walk(path, n.Alias, t)
		return
	}
	if t.Kind() != reflect.Struct && reflect.PointerTo(t).Implements(reflect.TypeFor[interface{ UnmarshalYAML(func(any) error) error }]()) {
		t = reflect.TypeFor[string]() // which all of ours read
	}
	value := ""
	if n.Kind == yaml.ScalarNode {
		value = " `" + brief(n.Value) + "`"
	}
	m.add(fmt.Sprintf("line %d: cannot unmarshal %s%s into %s", n.Line, n.ShortTag(), value, t), path, n.Line, shown(n)+" is "+not(n, t))
	switch {
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for i, below := range n.Content {
			m.walk(fmt.Sprintf("%s[%d]", path, i), below, t.Elem())
		}
	case n.Kind == yaml.MappingNode && (t.Kind() == reflect.Map || t.Kind() == reflect.Struct):
		for i := 0; i+1 < len(n.Content); i += 2 {
			m.walkKey(path, n.Content[i], n.Content[i+1], t)
		}
	}
}

func (m misfits) walkKey(path string, key, value *yaml.Node, t reflect.Type) {
	below := pathOf(path, key.Value)
	switch {
	case key.ShortTag() == "!!merge":
		m.walk(path, value, t)
	case t.Kind() == reflect.Map:
		m.walk(below, value, t.Elem())
	default:
		if field, ok := fieldOf(t, key.Value); ok {
			m.walk(below, value, field)
			return
		}
		m.add(fmt.Sprintf("line %d: field %s not found in type %s", key.Line, key.Value, t), path, key.Line,
			fmt.Sprintf("there is no setting %q here", key.Value))
	}
}

func (m misfits) add(theirs, path string, line int, what string) {
	theirs = typeless(theirs)
	m[theirs] = append(m[theirs], misfit{path, line, what})
}

// ownType is the name of a type with its package, at the end of a sentence of the library.
var ownType = regexp.MustCompile(`(?: in type | into )[a-z]+\.[A-Za-z]+$`)

// typeless leaves the names of our own types out of a sentence of the library: one that reads itself does it through another
// type. Numbers, texts and durations stay apart, or the wrong one of a line would be blamed.
func typeless(sentence string) string {
	if strings.HasSuffix(sentence, " time.Duration") {
		return sentence
	}
	return ownType.ReplaceAllString(sentence, "")
}

// fieldOf is the type of the setting of that name in a section.
func fieldOf(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		called, options, tagged := yamlTag(t.Field(i))
		switch {
		case !tagged:
		case options == "inline":
			if found, ok := fieldOf(t.Field(i).Type, name); ok {
				return found, true
			}
		case called == name:
			return t.Field(i).Type, true
		}
	}
	return nil, false
}

// brief cuts texts as the library does: a text in the wrong place may be a secret.
func brief(text string) string {
	if len(text) > 10 {
		return text[:7] + "..."
	}
	return text
}

// shown is what stands in the document.
func shown(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a group of settings"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.ShortTag() == "!!str":
		return fmt.Sprintf("%q", brief(n.Value))
	}
	return brief(n.Value)
}

// not says what the setting takes in its place.
func not(n *yaml.Node, t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return "no duration such as 10s, 5m or 24h"
	case reflect.TypeFor[time.Time]():
		return "no time such as 2026-01-31T08:00:00Z"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "neither true nor false"
	case reflect.Slice:
		return "no list such as [a, b]"
	case reflect.Map, reflect.Struct:
		return "no group of settings"
	case reflect.Float32, reflect.Float64:
		return "no number"
	case reflect.String:
		return "no text"
	}
	if n.ShortTag() == "!!int" { // below zero, or beyond what a computer counts to
		return "out of range"
	}
	return "no whole number"
}
