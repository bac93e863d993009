package labwatch_test

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// judging names the rooms where an answer may depend on nothing but the input, the config and
// the seed: neither on the clock nor on a generator that nobody handed in. The other rooms read
// the clock for the arrival of a record, for metrics and for network deadlines; in these, a file
// metrics*.go may take how long a thing took, for nothing that is judged.
var judging = []string{"record", "formats", "detectors", "alerts", "stream", "config"}

// clock lists what package time offers to learn or to wait for the present.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

// seeded lists what may be used of math/rand/v2: types and constructors that take a seed. Its
// other functions draw from a generator that is seeded anew in every process.
var seeded = []string{"New", "NewPCG", "NewZipf", "PCG", "Rand", "Source", "Zipf"}

func TestNoInit(t *testing.T) {
	report(t, checkInit)
}

// checkInit: what runs before main cannot be ordered, configured or tested.
func checkInit(f file) (found []string) {
	for _, d := range f.syntax.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			found = append(found, "has an init function; say what is needed where it is needed")
		}
	}
	return found
}

func TestClockAndChance(t *testing.T) {
	report(t, checkClockAndChance)
}

func checkClockAndChance(f file) (found []string) {
	if f.isTest() || f.syntax.Name.Name == "main" && f.room() != "cmd/labwatch" { // a generator of tables
		return nil
	}
	uses(f, "time", func(name string) {
		measures := strings.HasPrefix(path.Base(f.path), "metrics") && (name == "Now" || name == "Since")
		if slices.Contains(judging, f.room()) && slices.Contains(clock, name) && !measures {
			found = append(found, "uses time."+name+"; room "+f.room()+" decides by the record's time")
		}
	})
	uses(f, "math/rand", func(name string) {
		found = append(found, "uses rand."+name+" of math/rand; take math/rand/v2 with a PCG that is handed in")
	})
	uses(f, "math/rand/v2", func(name string) {
		if !slices.Contains(seeded, name) {
			found = append(found, "uses rand."+name+", which draws from the process's own generator; take a PCG that is handed in")
		}
	})
	return found
}

func TestNoGoroutines(t *testing.T) {
	report(t, checkGoroutines)
}

// checkGoroutines: in the rooms that judge, and in secret, nothing runs beside anything else, so that neither an answer nor
// a test depends on who is faster. That is why the race detector need not look at them. Tests may.
func checkGoroutines(f file) (found []string) {
	if f.isTest() || f.syntax.Name.Name == "main" || f.room() != "secret" && !slices.Contains(judging, f.room()) {
		return nil
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, "starts a goroutine; room "+f.room()+" works one thing after the other")
		case *ast.SelectorExpr:
			if n.Sel.Name == "Go" { // of a sync.WaitGroup or an errgroup.Group
				found = append(found, "starts a goroutine by Go; room "+f.room()+" works one thing after the other")
			}
		}
		return true
	})
	return found
}

// uses calls visit with each name that a file takes from the package at importPath.
func uses(f file, importPath string, visit func(name string)) {
	local := ""
	for _, spec := range f.syntax.Imports {
		if name, _ := strconv.Unquote(spec.Path.Value); name == importPath {
			local = path.Base(importPath)
			if local == "v2" {
				local = path.Base(path.Dir(importPath))
			}
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	if local == "" {
		return
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == local {
				visit(s.Sel.Name)
			}
		}
		return true
	})
}
