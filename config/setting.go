package config

import (
	"reflect"
	"strings"
)

// setting is one leaf of the tree: what a file or a variable sets as a whole. Lists and maps are leaves.
type setting struct {
	path  string        // as mistakes name it, such as kafka.topics.log
	value reflect.Value // can be set
}

// settings lists the leaves of a tree in the order of its fields.
func (c *Config) settings() []setting { return leaves(nil, "", reflect.ValueOf(c).Elem()) }

// leaves appends those of a struct.
func leaves(dst []setting, prefix string, v reflect.Value) []setting {
	for i := range v.NumField() {
		name, options, tagged := yamlTag(v.Type().Field(i))
		if !tagged {
			continue
		}
		path := prefix + name
		switch {
		case v.Field(i).Kind() != reflect.Struct:
			dst = append(dst, setting{path, v.Field(i)})
		case options == "inline":
			dst = leaves(dst, prefix, v.Field(i))
		default:
			dst = leaves(dst, path+".", v.Field(i))
		}
	}
	return dst
}

// pathOf is the path of what is called name in a section; that of the whole file is empty.
func pathOf(section, name string) string { return strings.TrimPrefix(section+"."+name, ".") }

// yamlTag is how a field is called in a file. Fields without a name there are not settings.
func yamlTag(f reflect.StructField) (name, options string, ok bool) {
	tag, ok := f.Tag.Lookup("yaml")
	name, options, _ = strings.Cut(tag, ",")
	return name, options, ok && f.IsExported() && name != "-"
}
