package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Sources says where the value of each setting comes from: "default", a file with its line, or a variable.
type Sources map[string]string

// sourceDefault is the source of what nobody set.
const sourceDefault = "default"

// Read reads a file over the defaults and the environment over that. An empty path is no file. The error joins every
// mistake, those of form and those of content; the config that comes with it, unless there is no file, holds what
// could be read, for whoever looks for more.
func Read(path string, environ []string) (*Config, Sources, error) {
	c, defaults := Default(), Default()
	sources := Sources{}
	var errs []error
	lines := map[string]int{}
	if path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, fmt.Errorf("read config: %w", err)
		}
		if err := decode(b, &c); errors.Is(err, ErrNoYAML) {
			return &c, sources, joined(path, []error{err})
		} else if err != nil {
			errs = append(errs, err)
		} else { // only then is it sure that no anchor holds itself
			var n yaml.Node
			_ = yaml.Unmarshal(b, &n)
			linesOf(lines, "", &n)
		}
	}
	untouched := defaults.settings()
	for i, s := range c.settings() {
		sources[s.path] = sourceDefault
		if line, ok := lines[s.path]; ok {
			sources[s.path] = path + ":" + strconv.Itoa(line)
		} else if !reflect.DeepEqual(s.value.Interface(), untouched[i].value.Interface()) {
			sources[s.path] = path // through a YAML merge
		}
	}
	set, mistakes := c.setFromEnvironment(environ)
	for setting, name := range set {
		sources[setting] = name
	}
	c.Alerts.Complete()
	errs = append(append(errs, mistakes...), c.Validate()...)
	return &c, sources, joined(path, errs)
}

// linesOf notes in which line each path of a file has its key.
func linesOf(lines map[string]int, path string, n *yaml.Node) {
	switch n.Kind {
	case yaml.DocumentNode:
		linesOf(lines, path, n.Content[0])
	case yaml.AliasNode:
		linesOf(lines, path, n.Alias)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			below := pathOf(path, key.Value)
			lines[below] = key.Line
			linesOf(lines, below, n.Content[i+1])
		}
	}
}
