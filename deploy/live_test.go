package deploy_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestPanelsAndRulesOnRealData runs labwatch under load, with faults and with readings that cannot be read, lets a real
// Prometheus scrape it, and asks that Prometheus for every query of every panel: an error or an empty answer fails. The
// alerts that must fire do, and no other. LABWATCH_TEST_PROMETHEUS names the program; with LABWATCH_TEST_VICTORIA the same is
// asked of VictoriaMetrics.
func TestPanelsAndRulesOnRealData(t *testing.T) {
	program := os.Getenv("LABWATCH_TEST_PROMETHEUS")
	if program == "" {
		t.Skip("NOT CHECKED: LABWATCH_TEST_PROMETHEUS names no Prometheus")
	}
	dir := t.TempDir()
	labwatch := filepath.Join(dir, "labwatch")
	run(t, "..", "go", "build", "-o", labwatch, "./cmd/labwatch")
	run(t, dir, labwatch, "keys", "new", "keys.txt")
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(sink.Close)
	daemon, broker := freeAddress(t), freeAddress(t)
	_, port, _ := strings.Cut(broker, ":")
	write(t, filepath.Join(dir, "config.yaml"), fmt.Sprintf(`
standardize: {key_file: keys.txt}
alerts: {limit: {profile: original}, silent: {after: 10s}}
judge: {tick_interval: 3s}
broker: {dir: broker, port: %s}
state: {dir: state}
http: {listen: %q}
log: {format: json}
delivery: {sinks: [{name: shift, type: webhook, url: %q}]}
`, port, daemon, sink.URL))
	start(t, dir, []string{"GOMEMLIMIT=2GiB"}, labwatch, "run", "--config", "config.yaml")
	await(t, "labwatch to be ready", func() error { return answers("http://" + daemon + "/readyz") })

	rules, err := filepath.Abs("prometheus/rules/labwatch.yml")
	if err != nil {
		t.Fatal(err)
	}
	scrape := "scrape_configs: [{job_name: labwatch, scrape_interval: 1s, static_configs: [{targets: [%q]}]}]\n"
	write(t, filepath.Join(dir, "prometheus.yml"), fmt.Sprintf("global: {evaluation_interval: 1s}\nrule_files: [%q]\n"+scrape, rules, daemon))
	write(t, filepath.Join(dir, "victoria.yml"), fmt.Sprintf(scrape, daemon))
	prometheus := freeAddress(t)
	start(t, dir, nil, program, "--config.file=prometheus.yml", "--storage.tsdb.path=prometheus", "--web.listen-address="+prometheus)
	stores := map[string]string{"Prometheus": "http://" + prometheus}
	if program := os.Getenv("LABWATCH_TEST_VICTORIA"); program != "" {
		victoria := freeAddress(t)
		start(t, dir, nil, program, "-promscrape.config=victoria.yml", "-storageDataPath=victoria", "-httpListenAddr="+victoria,
			"-retentionPeriod=1d", "-search.latencyOffset=0s")
		stores["VictoriaMetrics"] = "http://" + victoria
	} else {
		t.Log("NOT CHECKED: VictoriaMetrics; LABWATCH_TEST_VICTORIA names none")
	}
	// A counter that was never seen at rest has no rise.
	for name, store := range stores {
		await(t, name+" to scrape", func() error { _, err := query(store, `labwatch_records_total{outcome="rejected"}`); return err })
	}

	simulate := func(args ...string) {
		start(t, dir, nil, labwatch, append([]string{"simulate", "--brokers", broker, "--for", "5m"}, args...)...)
	}
	// The small fleets have monitor-01 and analyser-01 as well, so another device falls silent.
	simulate("--devices", "40", "--rate", "300", "--fault", "silent:device=monitor-02,at=10s",
		"--fault", "duplicate:device=analyser-01,share=0.5", "--fault", "error_code:device=analyser-02,test=CHOL,at=5s")
	simulate("--devices", "2", "--rate", "10", "--seed", "2", "--results-topic", "lab.telemetry") // results are no telemetry
	simulate("--devices", "2", "--rate", "10", "--seed", "3", "--start-time", time.Now().Add(2*time.Hour).Format(time.RFC3339))

	queries := 0
	for name, store := range stores {
		for file, d := range dashboards(t) {
			for _, p := range d.Panels {
				for _, target := range p.Targets {
					queries++
					expr := strings.NewReplacer("$__rate_interval", "10s", "$job", "labwatch", "$instance", ".*", "$device", "analyser-01").Replace(target.Expr)
					await(t, fmt.Sprintf("%s: %s, %q: %s", name, filepath.Base(file), p.Title, expr), func() error { _, err := query(store, expr); return err })
				}
			}
		}
	}
	t.Logf("%d queries have answers", queries)
	checkAlerts(t, stores["Prometheus"])
	checkSeries(t, daemon)
}

// checkAlerts waits for the alerts that this load must raise, and allows no other.
func checkAlerts(t *testing.T, prometheus string) {
	t.Helper()
	want := []string{"LabwatchClockSkew", "LabwatchDeviceSilent", "LabwatchReject", "LabwatchRejectsRising"}
	await(t, "the alerts", func() error {
		var answer struct {
			Data struct {
				Alerts []struct {
					Labels, Annotations map[string]string
				}
			}
		}
		if err := get(prometheus+"/api/v1/alerts", &answer); err != nil {
			return err
		}
		var got []string
		for _, a := range answer.Data.Alerts { // pending ones too: some wait for a minute or more
			got = append(got, a.Labels["alertname"])
			for name, text := range a.Annotations {
				if text == "" || strings.Contains(text, "<no value>") || strings.Contains(text, "error expanding") {
					t.Errorf("%s: %s is %q", a.Labels["alertname"], name, text)
				}
			}
		}
		slices.Sort(got)
		got = slices.DeleteFunc(slices.Compact(got), func(name string) bool { // those of a machine that is busy elsewhere
			return name == "LabwatchLagGrowing" || name == "LabwatchLatencyHigh" || name == "LabwatchBrokerSlow"
		})
		if !slices.Equal(got, want) {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		return nil
	})
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	if err := get(prometheus+"/api/v1/rules", &answer); err != nil {
		t.Fatal(err)
	}
	for _, g := range answer.Data.Groups {
		for _, r := range g.Rules {
			if r.Health != "ok" {
				t.Errorf("rule %s is %s: %s", r.Name, r.Health, r.LastError)
			}
		}
	}
}

// The budget of series: what a device may cost, and everything else together. docs/operations.md names both.
const (
	seriesOfDevice = 8
	seriesFixed    = 400
)

// checkSeries counts the page: a label too many multiplies by the fleet before anybody sees it.
func checkSeries(t *testing.T, daemon string) {
	t.Helper()
	page, err := text("http://" + daemon + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	devices, others := map[string]int{}, 0
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if _, rest, ok := strings.Cut(line, `device="`); ok {
			name, _, _ := strings.Cut(rest, `"`)
			devices[name]++
		} else {
			others++
		}
	}
	for name, n := range devices {
		if n > seriesOfDevice {
			t.Errorf("device %s has %d series, the budget is %d", name, n, seriesOfDevice)
		}
	}
	if others > seriesFixed {
		t.Errorf("%d series are of no device, the budget is %d", others, seriesFixed)
	}
	t.Logf("series: %d of each of %d devices, %d of the process; a thousand devices make %d",
		devices["analyser-01"], len(devices), others, 1000*devices["analyser-01"]+others)
}

// query fails when the answer is an error or empty.
func query(store, expr string) (n int, err error) {
	var answer struct {
		Data struct{ Result []any }
	}
	if err := get(store+"/api/v1/query?"+url.Values{"query": {expr}}.Encode(), &answer); err != nil {
		return 0, err
	}
	if len(answer.Data.Result) == 0 {
		return 0, fmt.Errorf("%s has no answer", expr)
	}
	return len(answer.Data.Result), nil
}

func get(address string, v any) error {
	body, err := text(address)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(body), v)
}

func text(address string) (string, error) {
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Get(address)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, b)
	}
	return string(b), err
}

func answers(address string) error { _, err := text(address); return err }
