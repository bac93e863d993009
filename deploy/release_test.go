package deploy_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReleaseHoldsWhatItsPagesLinkTo: the pages travel with the binary, and what they link to must travel with them.
func TestReleaseHoldsWhatItsPagesLinkTo(t *testing.T) {
	_, common, _ := strings.Cut(readText(t, "release"), "\ncommon() {")
	common, _, _ = strings.Cut(common, "\n}")
	var copied []string
	for _, line := range regexp.MustCompile(`(?m)^ *cp (.*)$`).FindAllStringSubmatch(common, -1) {
		copied = append(copied, slices.DeleteFunc(strings.Fields(line[1]), func(word string) bool {
			return strings.HasPrefix(word, "-") || strings.HasPrefix(word, `"$1`)
		})...)
	}
	pages := []string{"README.md", "DESIGN.md", "CHANGELOG.md"}
	docs, err := filepath.Glob("../docs/*.md")
	if err != nil || len(docs) == 0 || len(copied) < 10 {
		t.Fatalf("%d documents, %v; the release copies %q", len(docs), err, copied)
	}
	for _, name := range docs {
		pages = append(pages, path.Join("docs", filepath.Base(name)))
	}
	for _, page := range pages {
		b, err := os.ReadFile(filepath.Join("..", page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#\s]+)`).FindAllStringSubmatch(string(b), -1) {
			to := path.Join(path.Dir(page), m[1])
			if !strings.Contains(m[1], ":") && !slices.ContainsFunc(copied, func(c string) bool {
				return to == c || strings.HasPrefix(to, c+"/") || strings.HasPrefix(c, to+"/")
			}) {
				t.Errorf("%s links to %s, which is not in the release", page, to)
			}
		}
	}
}
