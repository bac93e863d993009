package labwatch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// file is one Go file of the repository, parsed.
type file struct {
	path   string // with slashes, from the module root
	syntax *ast.File
	set    *token.FileSet // one for all files of a walk
}

func (f file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f file) room() string { return roomOf(path.Dir(f.path)) }

// report runs a check over every file and names the offending ones.
func report(t *testing.T, check func(file) []string) {
	t.Helper()
	for _, f := range house(t) {
		for _, what := range check(f) {
			t.Errorf("%s: %s", f.path, what)
		}
	}
}

// house parses every Go file below the module root, whatever its build tags say.
func house(t *testing.T) []file {
	t.Helper()
	var files []file
	root, set := os.DirFS("."), token.NewFileSet()
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && name != "." && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".")) {
			return fs.SkipDir
		}
		if e.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		f, err := parse(set, name, string(source))
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatalf("parse the house: %v", err)
	}
	if len(files) < 20 { // a walk from the wrong folder would pass every check
		t.Fatalf("parse the house: only %d Go files found", len(files))
	}
	return files
}

func parse(set *token.FileSet, name, source string) (file, error) {
	syntax, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	return file{name, syntax, set}, err
}
