package main

import (
	"encoding/json"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// demoReport is what a user reads of monitoring_report.json. It is written down here anew, because these members are
// promised.
type demoReport struct {
	TotalSamples int `json:"total_samples"`
	AlertSummary struct {
		Opened int `json:"opened"`
	} `json:"alert_summary"`
	CriticalSamples []struct {
		Device string `json:"device_id"`
	} `json:"critical_samples"`
	Injected    []demoInjection   `json:"injected"`
	FalseAlarms []json.RawMessage `json:"false_alarms"`
}

type demoInjection struct {
	Kind    string   `json:"kind"`
	Device  string   `json:"device"`
	Caught  bool     `json:"caught"`
	Latency *float64 `json:"latency_seconds"`
}

// TestDemo runs the demo twice as a user would, as two processes side by side: once whole and until Ctrl-C, once with
// every trouble left out. The report must tell the truth about both.
func TestDemo(t *testing.T) {
	if os.Getenv("LABWATCH_KAFKA") != "" {
		t.Skip("the demo brings its own broker")
	}
	t.Parallel() // its own timetable makes it wait more than work
	l := &lab{t: t, dir: t.TempDir()}
	whole := l.start("demo", "demo", "--listen", "127.0.0.1:0", "--out", l.path("whole"))
	whole.waitFor(t, "/metrics\n")
	// The second demo finds the first one's port taken, and makes do with the next.
	clean := l.start("demo without troubles", "demo", "--listen", "127.0.0.1:0", "--out", l.path("clean"),
		"--for", demoLeast.String(), "--leave-out", strings.Join(demoTroubles[:], ","))

	whole.waitFor(t, "serving /metrics until Ctrl-C")
	url := regexp.MustCompile(`http://\S+/metrics`).FindString(whole.out.String())
	resp, err := http.Get(url)
	if err != nil {
		t.Fatalf("after the report: %v", err)
	}
	resp.Body.Close()
	tell(t, whole, syscall.SIGINT)
	for _, p := range []*process{whole, clean} {
		<-p.done
		if p.err != nil || p.log.String() != "" {
			t.Errorf("%s: %v, and on standard error: %s", p.name, p.err, p.log.String())
		}
	}

	r := l.report("whole")
	want := map[string]bool{"error_code": true, "drift": true, "cold_store": true, "contamination": true}
	for _, in := range r.Injected {
		delete(want, in.Kind)
		if !in.Caught || in.Latency == nil || *in.Latency < 0 {
			t.Errorf("%s of %s was not caught: %+v", in.Kind, in.Device, in)
		}
	}
	if len(want) > 0 {
		t.Errorf("never injected: %v", want)
	}
	if !slices.ContainsFunc(r.Injected, func(in demoInjection) bool { return strings.HasPrefix(in.Device, "analyser-") }) {
		t.Error("no analyser drifted")
	}
	if r.TotalSamples != 50 || r.AlertSummary.Opened < len(r.Injected) || len(r.CriticalSamples) == 0 {
		t.Errorf("%d samples, %d alerts, %d critical samples", r.TotalSamples, r.AlertSummary.Opened, len(r.CriticalSamples))
	}
	if !strings.Contains(whole.out.String(), "6 of 6 injections caught") {
		t.Errorf("it says:\n%s", whole.out.String())
	}

	r = l.report("clean")
	if len(r.Injected) != 0 || r.TotalSamples != 50 {
		t.Errorf("nothing was injected, and the report lists %+v of %d samples", r.Injected, r.TotalSamples)
	}
	if r.AlertSummary.Opened != len(r.FalseAlarms) {
		t.Errorf("%d alerts were opened, all without cause, and the report admits %d", r.AlertSummary.Opened, len(r.FalseAlarms))
	}
	// Fifty samples and a few hundred results at a mean of 100,000 readings to a false alarm, by a dozen tests each.
	if len(r.FalseAlarms) > 2 {
		t.Errorf("%d false alarms: %s", len(r.FalseAlarms), r.FalseAlarms)
	}
	if !strings.Contains(clean.out.String(), "0 of 0 injections caught") {
		t.Errorf("it says:\n%s", clean.out.String())
	}
}

// report reads what a demo left in a folder: four files, of which the picture is one.
func (l *lab) report(dir string) (r demoReport) {
	l.t.Helper()
	files, err := os.ReadDir(l.path(dir))
	if err != nil || len(files) != 4 {
		l.t.Fatalf("%s holds %v, %v", dir, files, err)
	}
	text := must(os.ReadFile(filepath.Join(l.path(dir), "monitoring_report.json")))
	if err := json.Unmarshal(text, &r); err != nil {
		l.t.Fatalf("monitoring_report.json: %v", err)
	}
	for _, member := range []string{`"false_alarms": [`, `"injected": [`, `"critical_samples": [`} {
		if !strings.Contains(string(text), member) {
			l.t.Errorf("monitoring_report.json of %s has no list %s", dir, member)
		}
	}
	f := must(os.Open(filepath.Join(l.path(dir), "monitoring_dashboard.png")))
	defer f.Close()
	if picture, err := png.Decode(f); err != nil {
		l.t.Errorf("monitoring_dashboard.png: %v", err)
	} else if size := picture.Bounds().Size(); size.X < 800 || size.Y < 600 {
		l.t.Errorf("monitoring_dashboard.png measures %v", size)
	}
	for name, least := range map[string]int{"dashboard_data.csv": 51, "critical_alerts.csv": 1} {
		lines := strings.Count(string(must(os.ReadFile(filepath.Join(l.path(dir), name)))), "\n")
		if lines < least || name == "dashboard_data.csv" && lines != least {
			l.t.Errorf("%s of %s has %d lines", name, dir, lines)
		}
	}
	return r
}
