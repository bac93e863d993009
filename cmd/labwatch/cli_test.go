package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
)

// TestCLI runs the scripts of testdata/script: the commands as somebody at a shell sees them, with their messages and
// exit codes. A new case is a new script. Beside testscript's own words they know:
//
//	exits CODE ARG...   runs labwatch with these arguments and wants that exit code
//	sentence            what labwatch just said on standard error is one line, and its own
//	mode FILE PERM      the file has these permissions, in octal
//	gz FILE             writes FILE.gz
//	expand FILE         puts variables into the file
//
// and $TAKEN, the address of a port that somebody listens on.
func TestCLI(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // after the scripts, which run in parallel
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(asLabwatch, "1") // labwatch, and the broker that it starts, are this test program: see TestMain
			env.Setenv("TAKEN", taken.Addr().String())
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				want, err := strconv.Atoi(args[0])
				if neg || err != nil {
					ts.Fatalf("usage: exits CODE ARG...")
				}
				code := 0
				var exit *exec.ExitError
				if err := ts.Exec(self, args[1:]...); errors.As(err, &exit) {
					code = exit.ExitCode()
				} else if err != nil {
					ts.Fatalf("labwatch did not run: %v", err)
				}
				if code != want {
					ts.Fatalf("labwatch %s: exit code %d, %d was expected", strings.Join(args[1:], " "), code, want)
				}
			},
			"sentence": func(ts *testscript.TestScript, _ bool, _ []string) {
				text := ts.ReadFile("stderr")
				if line, rest, _ := strings.Cut(text, "\n"); !strings.HasPrefix(line, "labwatch: ") || rest != "" {
					ts.Fatalf("that is not one sentence of ours: %q", text)
				}
			},
			"mode": func(ts *testscript.TestScript, _ bool, args []string) {
				info, err := os.Stat(ts.MkAbs(args[0]))
				ts.Check(err)
				if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
					ts.Fatalf("%s has mode %s, %s was expected", args[0], got, args[1])
				}
			},
			"expand": func(ts *testscript.TestScript, _ bool, args []string) {
				text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
			},
			"gz": func(ts *testscript.TestScript, _ bool, args []string) {
				var b bytes.Buffer
				w := gzip.NewWriter(&b)
				_, err := w.Write([]byte(ts.ReadFile(args[0])))
				ts.Check(errors.Join(err, w.Close(), os.WriteFile(ts.MkAbs(args[0]+".gz"), b.Bytes(), 0o644)))
			},
		},
	})
}

// TestHelp looks at every command: each says what it does, and --help always answers.
func TestHelp(t *testing.T) {
	seen := 0
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		seen++
		path := c.CommandPath()
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: its short help is %q", path, c.Short)
		}
		root := newRootCommand()
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetArgs(append(strings.Fields(path)[1:], "--help"))
		if err := root.Execute(); err != nil || !strings.Contains(out.String(), "\n  "+path) {
			t.Errorf("%s --help: %v\n%s", path, err, out.String())
		}
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(newRootCommand())
	if seen < 10 { // root, run, demo, replay, simulate, check, broker, keys, keys new, version
		t.Errorf("only %d commands were looked at", seen)
	}
}

// TestScripts makes sure that the folder is not empty by mistake.
func TestScripts(t *testing.T) {
	found, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(found) < 8 {
		t.Errorf("%d scripts, %v", len(found), err)
	}
}
