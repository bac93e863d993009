package config

import "reflect"

// Changed lists the settings in which two trees differ, by path.
func Changed(a, b *Config) (paths []string) {
	other := b.settings()
	for i, s := range a.settings() {
		if !reflect.DeepEqual(s.value.Interface(), other[i].value.Interface()) {
			paths = append(paths, s.path)
		}
	}
	return paths
}

// With returns the tree with those settings of another for which take says so. Neither of them changes.
func (c *Config) With(other *Config, take func(path string) bool) *Config {
	merged := *c
	from := other.settings()
	for i, s := range merged.settings() {
		if take(s.path) {
			s.value.Set(from[i].value)
		}
	}
	return &merged
}
