package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"labwatch/detectors"
)

// Reference is a page in Markdown of every setting, made of the tree's types, the defaults and the documented file.
func Reference() []byte {
	var b strings.Builder
	b.WriteString(referenceHead)
	defaults, said := Default(), comments()
	section, part := "none", ""
	for _, s := range defaults.settings() {
		top, _, deep := strings.Cut(s.path, ".")
		if !deep {
			top = ""
		}
		if top != section {
			section, part = top, top
			heading(&b, section, said[section])
		}
		if above := s.path[:max(0, strings.LastIndex(s.path, "."))]; above != part {
			if part = above; part != section && said[part] != "" {
				row(&b, part, "", "", said)
			}
		}
		row(&b, s.path, oneLine(s.value), envName(s.path), said)
		for _, below := range elements(s.value.Type()) {
			row(&b, s.path+below, "", "", said)
		}
	}
	builtin := detectors.Builtin()
	for _, name := range slices.Sorted(maps.Keys(builtin)) {
		path := "detectors.params." + name
		heading(&b, path, said[path])
		if v, ok := parametersOf(builtin[name]); ok {
			for i := range v.NumField() {
				field, _, _ := yamlTag(v.Type().Field(i))
				row(&b, path+"."+field, oneLine(v.Field(i)), "", said)
			}
		}
	}
	return []byte(b.String())
}

const referenceHead = `# Settings

This page is made by ` + "`labwatch config reference`" + `; do not edit it. ` + "`labwatch config default`" + ` writes a file with all of this,
` + "`labwatch config schema`" + ` a JSON Schema for editors ([config.schema.json](../deploy/schemas/config.schema.json); the line
` + "`# yaml-language-server: $schema=...`" + ` at the top of your file makes an editor use it).

A setting comes from its variable, else from the file, else it is the default. ` + "`NAME_FILE`" + ` in place of ` + "`NAME`" + ` names a file
that holds the value. Texts are taken as they are, lists of texts also as ` + "`a,b,c`" + `, everything else is YAML. ` +
	"`labwatch check`" + `
says what came from where. [http.md](http.md) says what a reload changes.
`

func heading(b *strings.Builder, section, what string) {
	if section == "" {
		section = "At the top"
	} else {
		section = "`" + section + "`"
	}
	fmt.Fprintf(b, "\n## %s\n\n", section)
	if what != "" {
		fmt.Fprintf(b, "%s\n\n", sentence(what))
	}
	b.WriteString("| setting | default | variable | meaning |\n|---|---|---|---|\n")
}

func row(b *strings.Builder, path, value, variable string, said map[string]string) {
	what := said[path]
	if what == "" {
		what = ofPolicies()[path[strings.LastIndex(path, ".")+1:]]
	}
	if some := words()[path]; some != nil && what == "" {
		what = strings.TrimPrefix(strings.Join(some, ", "), ", ")
	}
	if len(value) > 60 {
		value = "see `labwatch config default`"
	} else if value != "" {
		value = "`" + value + "`"
	}
	if variable != "" {
		variable = "`" + variable + "`"
	}
	fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", path, cell(value), variable, cell(what))
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

// ofPolicies says what a setting means that stands in every alert's policy, where the documented file does not repeat it.
func ofPolicies() map[string]string {
	return map[string]string{
		"enabled": "whether it is done at all", "open_after": "breaches in a row that open an alert",
		"resolve_after": "clear readings in a row that end it", "resolve_ratio": "clear is below this share of the limit",
		"update_every": "an open alert is said again after that time; 0s: with every breach", "severity": "the highest of its alerts: info, warning, critical",
		"alert_on": "kinds of readings that raise alerts", "arl0": "mean number of readings to a false alarm",
		"warning": "fixed level; 0: from the rate of false alarms (novelty: none)", "critical": "fixed level; 0: from the rate of false alarms (novelty: none)",
		"low": "a value below it raises an alert", "high": "a value above it raises an alert",
		"critical_low": "a value below it raises a critical alert", "critical_high": "a value above it raises a critical alert",
		"label": "how alerts call it", "unit": "of the limits, in UCUM; a result in another unit is not held against them",
	}
}

// elements are the members of the structs in a list or a map, as they follow its path.
func elements(t reflect.Type) (paths []string) {
	sign := "[]."
	switch t.Kind() {
	case reflect.Map:
		sign = ".*."
	case reflect.Slice:
	default:
		return nil
	}
	if t = t.Elem(); t.Kind() != reflect.Struct {
		return nil
	}
	for _, s := range leaves(nil, "", reflect.New(t).Elem()) {
		paths = append(paths, sign+s.path)
	}
	return paths
}
