package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"labwatch/detectors"
)

// TestSampleIsTheDefaults keeps the documented file and the code from drifting apart.
func TestSampleIsTheDefaults(t *testing.T) {
	b, err := os.ReadFile("../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c Config // from nothing: what the file leaves out would show
	if err := decode(b, &c); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"zscore": detectors.DefaultZScore(), "zmean": detectors.DefaultZMean(), "ks": detectors.DefaultKS(),
		"psi": detectors.DefaultPSI(), "ewma": detectors.DefaultEWMA(), "cusum": detectors.DefaultCUSUM(),
		"novelty": detectors.DefaultNovelty(),
		"stuck":   detectors.DefaultStuck(), "iforest": detectors.DefaultIForest(),
	} {
		got := reflect.New(reflect.TypeOf(want))
		if err := decodeParams(c.Detectors.Params[name])(got.Interface()); err != nil {
			t.Errorf("detectors.params.%s: %v", name, err)
		}
		if !reflect.DeepEqual(got.Elem().Interface(), want) {
			t.Errorf("detectors.params.%s: config.yaml has %+v, the default is %+v", name, got.Elem(), want)
		}
		delete(c.Detectors.Params, name)
	}
	if len(c.Detectors.Params) > 0 {
		t.Errorf("config.yaml has parameters that this test does not know: %v", c.Detectors.Params)
	}
	want := Default()
	got, expected := marshal(t, &c), marshal(t, &want)
	if got = strings.ReplaceAll(got, "\n    columns: {}", ""); got != strings.ReplaceAll(expected, "\n    columns: {}", "") {
		t.Errorf("config.yaml is not the defaults:\n%s", difference(got, expected))
	}
}

func marshal(t *testing.T, c *Config) string {
	t.Helper()
	b, err := Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out []string
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			out = append(out, "file "+a+"   default "+b)
		}
	}
	return strings.Join(out[:min(len(out), 10)], "\n")
}

// TestMistakes reads testdata/<case>.yaml, whose first lines, "# want: ...", are what must be said about it. All of
// them, in one go.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("cases: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Load(file)
			if err == nil {
				t.Fatal("was accepted")
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("shows a password: %v", err)
			}
			wanted := 0
			for line := range strings.Lines(string(b)) {
				want, ok := strings.CutPrefix(strings.TrimSpace(line), "# want: ")
				if !ok {
					break
				}
				wanted++
				if !strings.Contains(err.Error(), want) {
					t.Errorf("does not say %q:\n%v", want, err)
				}
			}
			if wanted == 0 {
				t.Error("the case wants nothing")
			}
			if got := strings.Count(err.Error(), "\n"); got != wanted {
				t.Errorf("says %d things, %d are wanted:\n%v", got, wanted, err)
			}
		})
	}
}

// written is a file that holds the text.
func written(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEmptyIsDefault(t *testing.T) {
	c, err := Load(written(t, "# nothing\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	if got := marshal(t, c); got != marshal(t, &want) {
		t.Error(difference(got, marshal(t, &want)))
	}
	if len(c.Plan().Series) != 3 || len(c.Plan().Group) != 1 {
		t.Errorf("plan %+v", c.Plan())
	}
}

func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("../config.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("kafka: {brokers: [a:1]}\njudge: {seed: -1}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := Default()
		if decode(b, &c) == nil {
			c.Validate() // must not panic
		}
	})
}
