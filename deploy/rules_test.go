package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type rule struct {
	Alert       string            `yaml:"alert"`
	Record      string            `yaml:"record"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func rules(t *testing.T) (all []rule) {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	readYAML(t, "prometheus/rules/labwatch.yml", &file)
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	if len(all) < 20 {
		t.Fatalf("only %d rules", len(all))
	}
	return all
}

func readYAML(t *testing.T, file string, v any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(readText(t, file)), v); err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRules: whoever is woken finds what it means, how bad it is, and a page that says what to do; and somebody has tried
// when the rule fires.
func TestRules(t *testing.T) {
	var cases struct {
		Tests []struct {
			Name  string `yaml:"name"`
			Exprs []struct {
				Expr    string `yaml:"expr"`
				Samples []any  `yaml:"exp_samples"`
			} `yaml:"promql_expr_test"`
		} `yaml:"tests"`
	}
	readYAML(t, "prometheus/tests/labwatch_test.yml", &cases)
	quiet, fires := map[string]bool{}, map[string]bool{}
	alertname := regexp.MustCompile(`alertname="(\w+)",alertstate="firing"`)
	for _, c := range cases.Tests {
		for _, e := range c.Exprs {
			m := alertname.FindStringSubmatch(e.Expr)
			if m == nil || !strings.HasPrefix(c.Name, m[1]+": ") {
				t.Errorf("case %q asks for %s", c.Name, e.Expr)
				continue
			}
			if len(e.Samples) == 0 {
				quiet[m[1]] = true
			} else {
				fires[m[1]] = true
			}
		}
	}
	index := readText(t, "../docs/runbooks/README.md")
	pages := map[string]bool{"README.md": true}
	for _, r := range rules(t) {
		if !regexp.MustCompile(`^Labwatch([A-Z][a-z]+)+$`).MatchString(r.Alert) || pages[r.Alert+".md"] {
			t.Errorf("alert %q is named otherwise than the others, or twice", r.Alert)
		}
		page := "docs/runbooks/" + r.Alert + ".md"
		pages[r.Alert+".md"] = true
		if !regexp.MustCompile(`^(critical|warning|info)$`).MatchString(r.Labels["severity"]) {
			t.Errorf("%s has the severity %q", r.Alert, r.Labels["severity"])
		}
		if r.Annotations["summary"] == "" || len(r.Annotations["description"]) < 40 || r.Annotations["runbook_url"] != page {
			t.Errorf("%s has the annotations %q", r.Alert, r.Annotations)
		}
		if !strings.Contains(r.Expr, `job="labwatch"`) {
			t.Errorf("%s looks at every job: %s", r.Alert, r.Expr)
		}
		if !quiet[r.Alert] || !fires[r.Alert] {
			t.Errorf("%s is tested: quiet %v, fires %v", r.Alert, quiet[r.Alert], fires[r.Alert])
		}
		text := readText(t, "../"+page)
		at := 0
		for _, part := range []string{"# " + r.Alert + "\n", "\nSeverity: " + r.Labels["severity"] + "\n", "\n## What it means for the laboratory\n",
			"\n## Causes\n", "\n## How to tell\n", "\n## What to do\n"} {
			i := strings.Index(text[at:], part)
			if i < 0 {
				t.Errorf("%s has no %q in its place", page, part)
				break
			}
			at += i
		}
		if !strings.Contains(index, "| ["+r.Alert+"]("+r.Alert+".md) | "+r.Labels["severity"]+" |") {
			t.Errorf("docs/runbooks/README.md does not list %s", r.Alert)
		}
	}
	files, err := filepath.Glob("../docs/runbooks/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !pages[filepath.Base(f)] {
			t.Errorf("%s is of no rule", f)
		}
	}
}

// TestPromtool has Prometheus itself read the files and run the cases.
func TestPromtool(t *testing.T) {
	promtool := tool(t, "promtool")
	for _, args := range [][]string{
		{"check", "rules", "--lint-fatal", "prometheus/rules/labwatch.yml"},
		{"test", "rules", "prometheus/tests/labwatch_test.yml"},
		{"check", "config", "--lint-fatal", "prometheus/prometheus.yml"},
	} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// tool finds a program, or skips the test: CI installs all of them and sees to it that none is skipped.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("NOT CHECKED: %s is not installed", name)
	}
	return path
}
