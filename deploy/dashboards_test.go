// Package deploy_test checks what is deployed: dashboards, rules, units, images, the chart and the release. Where a real
// tool can be had it is asked; where not, the files are read, and the test says so.
package deploy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// dashboard is what the tests look at, in Grafana's classic JSON.
type dashboard struct {
	ID            any    `json:"id"`
	UID           string `json:"uid"`
	Title         string `json:"title"`
	SchemaVersion int    `json:"schemaVersion"`
	Inputs        any    `json:"__inputs"`
	Templating    struct {
		List []struct {
			Name       string     `json:"name"`
			Type       string     `json:"type"`
			Datasource datasource `json:"datasource"`
			Definition string     `json:"definition"`
		} `json:"list"`
	} `json:"templating"`
	Panels []panel `json:"panels"`
}

type panel struct {
	ID          int        `json:"id"`
	Type        string     `json:"type"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Datasource  datasource `json:"datasource"`
	GridPos     struct{ X, Y, W, H int }
	Targets     []struct {
		RefID      string     `json:"refId"`
		Expr       string     `json:"expr"`
		Datasource datasource `json:"datasource"`
	} `json:"targets"`
	FieldConfig struct {
		Defaults struct {
			Unit string `json:"unit"`
		} `json:"defaults"`
	} `json:"fieldConfig"`
}

type datasource struct{ Type, UID string }

// units are the ones in use, as Grafana names them: a misspelt one is shown as text behind the number.
var units = regexp.MustCompile(`^(short|none|s|ops|percentunit|bytes|Bps)$`)

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	files, err := filepath.Glob("grafana/dashboards/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("dashboards: %v, %v", files, err)
	}
	all := map[string]dashboard{}
	for _, file := range files {
		var d dashboard
		readJSON(t, file, &d)
		all[file] = d
	}
	return all
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
}

// TestDashboards holds what Grafana accepts in silence and readers suffer from.
func TestDashboards(t *testing.T) {
	uids := map[string]string{}
	for file, d := range dashboards(t) {
		wrong := func(format string, args ...any) { t.Errorf(file+": "+format, args...) }
		if d.UID+".json" != filepath.Base(file) || uids[d.UID] != "" {
			wrong("uid %q is not the file's name, or is that of %s", d.UID, uids[d.UID])
		}
		uids[d.UID] = file
		// 42 is the newest classic schema: Grafana 12 and 13 load it and migrate it.
		if d.ID != nil || d.SchemaVersion != 42 || d.Inputs != nil || d.Title == "" {
			wrong("id %v, schemaVersion %d, __inputs %v, title %q", d.ID, d.SchemaVersion, d.Inputs, d.Title)
		}
		variables := map[string]bool{}
		for i, v := range d.Templating.List {
			variables[v.Name] = true
			if i == 0 && (v.Name != "ds" || v.Type != "datasource") {
				wrong("the first variable is %s of type %s, not the data source", v.Name, v.Type)
			}
			if i > 0 && (v.Datasource.UID != "${ds}" || !strings.HasPrefix(v.Definition, "label_values(")) {
				wrong("variable %s asks %q of %q", v.Name, v.Definition, v.Datasource.UID)
			}
		}
		for _, name := range []string{"job", "instance"} {
			if !variables[name] {
				wrong("no variable %s", name)
			}
		}
		checkPanels(wrong, d.Panels, variables)
	}
}

func checkPanels(wrong func(string, ...any), panels []panel, variables map[string]bool) {
	ids, titles := map[int]bool{}, map[string]bool{}
	taken := map[[2]int]string{} // cells of Grafana's grid, 24 wide
	for _, p := range panels {
		if p.ID == 0 || ids[p.ID] || p.Title == "" || titles[p.Title] {
			wrong("panel %d %q has no id and title of its own", p.ID, p.Title)
		}
		ids[p.ID], titles[p.Title] = true, true
		g := p.GridPos
		if g.X < 0 || g.W < 1 || g.H < 1 || g.X+g.W > 24 {
			wrong("%q lies outside of the grid: %+v", p.Title, g)
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" {
					wrong("%q lies over %q", p.Title, other)
					x, y = 24, g.Y+g.H
				} else {
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
		if p.Type == "row" {
			continue
		}
		if len(p.Description) < 20 || !strings.HasSuffix(p.Description, ".") || !units.MatchString(p.FieldConfig.Defaults.Unit) {
			wrong("%q has the unit %q and the description %q", p.Title, p.FieldConfig.Defaults.Unit, p.Description)
		}
		if p.Datasource.UID != "${ds}" || len(p.Targets) == 0 {
			wrong("%q asks %q, with %d queries", p.Title, p.Datasource.UID, len(p.Targets))
		}
		for _, q := range p.Targets {
			if q.Datasource.UID != "${ds}" || q.RefID == "" || !strings.Contains(q.Expr, `job=~"$job"`) {
				wrong("%q %s asks %q for %s", p.Title, q.RefID, q.Datasource.UID, q.Expr)
			}
			for _, v := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(q.Expr, -1) {
				if !variables[v[1]] && v[1] != "__rate_interval" {
					wrong("%q names the variable %s, which is not there", p.Title, v[1])
				}
			}
			if strings.Contains(q.Expr, "rate(") && !strings.Contains(q.Expr, "[$__rate_interval]") {
				wrong("%q takes a rate over a fixed time, which is empty when Prometheus scrapes seldom", p.Title)
			}
		}
	}
}
