package config

import (
	_ "embed"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// documented is config.yaml of the repository, for a binary that travels alone. A test keeps the two equal; make
// generate copies it.
//
//go:embed documented.yaml
var documented []byte

// Documented is a config file with every setting, its default and its meaning.
func Documented() []byte { return append([]byte(nil), documented...) }

// Sample is Documented, read: the defaults, with the parameters of the detectors spelled out.
func Sample() *Config {
	var c Config
	if err := decode(documented, &c); err != nil {
		panic(err) // a test decodes it
	}
	return &c
}

// comments is what the documented file says of each path.
func comments() map[string]string {
	said := map[string]string{}
	var n yaml.Node
	if err := yaml.Unmarshal(documented, &n); err != nil {
		return said // a test decodes it
	}
	readComments(said, "", n.Content[0])
	return said
}

func readComments(said map[string]string, path string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		below := pathOf(path, key.Value)
		text := strings.Join([]string{key.HeadComment, key.LineComment, value.LineComment}, "\n")
		if text = plain(text); text != "" {
			said[below] = text
		}
		readComments(said, below, value)
	}
}

// plain takes the signs and line breaks out of comments. What stands above an empty line is about the whole file.
func plain(comment string) string {
	if at := strings.LastIndex(comment, "\n\n"); at > 0 && strings.TrimSpace(comment[at:]) != "" {
		comment = comment[at:]
	}
	comment = regexp.MustCompile(`(?m)^\s*#\s?`).ReplaceAllString(comment, "")
	return strings.Join(strings.Fields(comment), " ")
}
