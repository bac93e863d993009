package secret

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const marked = "ZQ-hunter2"

// No way of printing shows a secret, wherever it is hidden.
func TestNeverShown(t *testing.T) {
	type inner struct{ hidden Secret }
	type outer struct {
		Shown  Secret
		Inner  inner
		In     any
		List   []Secret
		ByName map[string]Secret
	}
	s := New(marked)
	o := outer{s, inner{s}, inner{s}, []Secret{s}, map[string]Secret{"x": s}}
	for _, v := range []any{s, &s, o, &o, inner{s}, []any{o}, fmt.Errorf("with %v: %w", s, fmt.Errorf("%s", s))} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%50s"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, marked) || strings.Contains(strings.ToLower(got), fmt.Sprintf("%x", marked)) {
				t.Errorf("%s of %T shows it: %s", verb, v, got)
			}
		}
		if b, err := json.Marshal(v); err == nil && strings.Contains(string(b), marked) {
			t.Errorf("JSON of %T shows it: %s", v, b)
		}
	}
	if b, err := json.Marshal(s); err != nil || string(b) != `"***"` {
		t.Errorf("JSON is %s, %v", b, err)
	}
	if s.Reveal() != marked || (Secret{}).Reveal() != "" || fmt.Sprint(Secret{}) != "***" {
		t.Error("it is not what was put in")
	}
}

func TestSource(t *testing.T) {
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("LABWATCH_TEST_SECRET", marked)
	t.Setenv("LABWATCH_TEST_EMPTY", "")
	for name, c := range map[string]struct {
		source Source
		want   string // the secret, or what the error says
	}{
		"line":          {Source{File: file("a", marked+"\n", 0o600)}, marked},
		"of the group":  {Source{File: file("a", marked, 0o440)}, marked},
		"of Windows":    {Source{File: file("a", marked+"\r\n", 0o400)}, marked},
		"spaces":        {Source{File: file("a", " a b \n", 0o400)}, " a b "},
		"variable":      {Source{Env: "LABWATCH_TEST_SECRET"}, marked},
		"world":         {Source{File: file("a", marked, 0o604)}, "chmod 600"},
		"group writes":  {Source{File: file("a", marked, 0o660)}, "chmod 600"},
		"folder":        {Source{File: t.TempDir()}, "must be a file"},
		"none":          {Source{File: filepath.Join(t.TempDir(), "none")}, "no such file"},
		"empty":         {Source{File: file("a", "\n", 0o600)}, "is empty"},
		"long":          {Source{File: file("a", strings.Repeat(marked, 10_000), 0o600)}, "is no secret"},
		"no variable":   {Source{Env: "LABWATCH_TEST_EMPTY"}, "LABWATCH_TEST_EMPTY is empty"},
		"both":          {Source{File: "x", Env: "y"}, "one must be"},
		"nothing named": {Source{}, "neither"},
	} {
		s, err := c.source.Read()
		if err == nil && s.Reveal() != c.want {
			t.Errorf("%s: %q", name, s.Reveal())
		}
		if err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), marked)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
