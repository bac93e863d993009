package labwatch_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What a document may name, and how it is recognised.
var (
	links     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	inCode    = regexp.MustCompile("`([^`\n]+)`")
	source    = regexp.MustCompile(`^[\w./-]+\.go$|^(deploy|docs)/[\w./-]+$`)
	ending    = regexp.MustCompile(`\.(go|md|ya?ml|json|csv|pem)$`)
	metric    = regexp.MustCompile(`\blabwatch_[a-z0-9_]*[a-z0-9]\b`)
	histogram = regexp.MustCompile(`_(bucket|sum|count)$`)
	listed    = regexp.MustCompile("(?m)^\\| `([^`]+)`")
	setting   = regexp.MustCompile(`^(standardize|judge|detectors|alerts|delivery|kafka|broker|state|http|log)(\.[a-z_0-9]+)+$`)
	position  = regexp.MustCompile(`\.go:\d|\blines? \d`)
	machine   = regexp.MustCompile(`(^|[\s"'(=` + "`" + `])/(root|home|work|tmp)/`)
)

// TestDocuments holds every document against the house: links and files that are there, metrics that the code has,
// settings that docs/config.md lists, which a test keeps equal to the code. A line number is wrong tomorrow.
func TestDocuments(t *testing.T) {
	root := os.DirFS(".")
	exists, bases, code, docs := map[string]bool{}, map[string]bool{}, strings.Builder{}, map[string]string{}
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && name == ".git" {
			return fs.SkipDir
		}
		exists[name], bases[path.Base(name)] = true, true
		isDoc := path.Ext(name) == ".md" && !strings.Contains(name, "testdata/")
		if !isDoc && (path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go")) {
			return nil
		}
		b, err := fs.ReadFile(root, name)
		if isDoc {
			docs[name] = string(b)
		} else {
			code.Write(b)
		}
		return err
	})
	if err != nil || len(docs) < 40 {
		t.Fatalf("read %d documents: %v", len(docs), err)
	}
	metrics, settings := map[string]bool{}, settingsOf(docs["docs/config.md"])
	for _, m := range metric.FindAllString(code.String(), -1) {
		metrics[m] = true
	}
	for name, text := range docs {
		for _, m := range links.FindAllStringSubmatch(text, -1) {
			if to, _, _ := strings.Cut(m[1], "#"); to != "" && !strings.Contains(to, ":") && !exists[path.Join(path.Dir(name), to)] {
				t.Errorf("%s: links to %s, which is not there", name, to)
			}
		}
		for _, m := range inCode.FindAllStringSubmatch(text, -1) {
			word := m[1]
			if source.MatchString(word) && !exists[word] && (strings.Contains(word, "/") || !bases[word]) {
				t.Errorf("%s: names the file %s, which is not there", name, word)
			}
			if setting.MatchString(word) && !ending.MatchString(word) && !strings.HasPrefix(word, "detectors.params.") && !settings[word] {
				t.Errorf("%s: names the setting %s, which is none", name, word)
			}
		}
		for _, m := range metric.FindAllString(text, -1) {
			if !metrics[m] && !metrics[histogram.ReplaceAllString(m, "")] {
				t.Errorf("%s: names the metric %s, which is none", name, m)
			}
		}
		for _, wrong := range []*regexp.Regexp{position, machine} {
			if found := wrong.FindString(text); found != "" {
				t.Errorf("%s: holds %q, a place that holds on one day or one machine only", name, found)
			}
		}
	}
}

// settingsOf are the settings in the first column of the reference, and the sections that hold them.
func settingsOf(reference string) map[string]bool {
	settings := map[string]bool{}
	for _, m := range listed.FindAllStringSubmatch(reference, -1) {
		for name := m[1]; ; {
			settings[name] = true
			end := strings.LastIndexByte(name, '.')
			if end < 0 {
				break
			}
			name = name[:end]
		}
	}
	return settings
}
