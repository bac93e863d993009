package kafka

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func rightsOf(only string, fused, delivers bool) (list []string) {
	env := &Environment{Config: DefaultConfig(), Only: only, Delivers: delivers}
	inputs := []string{"lab.results", "lab.qc"}
	if fused {
		inputs = inputs[:1]
	}
	for _, r := range env.Rights(inputs, fused) {
		list = append(list, r.String())
	}
	return list
}

// The two steps together need what one process needs that runs both, and nothing is asked for twice.
func TestRights(t *testing.T) {
	both := rightsOf("", false, true)
	for i, r := range both {
		if slices.Index(both, r) != i {
			t.Errorf("twice: %s", r)
		}
		if strings.HasPrefix(r, "Describe") {
			t.Errorf("is implied: %s", r)
		}
	}
	var apart []string
	for _, only := range []string{"sequence", "judge"} {
		for _, r := range rightsOf(only, false, only == "judge") {
			if !strings.HasPrefix(r, "Describe") && !slices.Contains(apart, r) {
				apart = append(apart, r)
			}
		}
	}
	slices.Sort(apart)
	sorted := slices.Sorted(slices.Values(both))
	if !slices.Equal(apart, sorted) {
		t.Errorf("the two steps need\n%s\nboth need\n%s", strings.Join(apart, "\n"), strings.Join(sorted, "\n"))
	}
	fused := strings.Join(rightsOf("", true, false), "\n")
	for _, none := range []string{"labwatch.log", "labwatch-sequence", "undelivered", "Read on topic labwatch.alerts"} {
		if strings.Contains(fused, none) {
			t.Errorf("fused, without sinks, needs %s:\n%s", none, fused)
		}
	}
	if judge := strings.Join(rightsOf("judge", false, false), "\n"); strings.Contains(judge, "Read on topic lab.") || !strings.Contains(judge, "Describe on topic lab.qc") {
		t.Errorf("the judge alone needs:\n%s", judge)
	}
}

// The page that administrators read names everything.
func TestRightsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	env := &Environment{Config: DefaultConfig(), Delivers: true}
	for _, r := range append(env.Rights([]string{"lab.results"}, false), env.ToolRights(nil)...) {
		named := slices.ContainsFunc(strings.Split(string(page), "\n"), func(line string) bool {
			return (strings.Contains(line, "`"+r.Name+"`") || r.Once && strings.Contains(line, "each `labwatch.*` above") || r.Name == "lab.results" && strings.Contains(line, "each of `inputs`")) &&
				strings.Contains(line, r.Operation)
		})
		if !named {
			t.Errorf("docs/security.md does not name %s", r)
		}
	}
}
