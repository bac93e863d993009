package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"image"
	_ "image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"labwatch/alerts"
)

func TestSampleStatus(t *testing.T) {
	for _, c := range []struct {
		anomalous bool
		ph, temp  float64
		want      string
	}{
		{false, 7.2, 85, statusOK}, // the original asks for an anomaly first
		{true, 7.2, 4, statusWarning},
		{true, 7.2, 14, statusWarning}, // 10 away is not more than 10
		{true, 7.2, 14.1, statusCritical},
		{true, 7.2, -6.1, statusCritical},
		{true, 8.1, 4, statusWarning},
		{true, 8.3, 4, statusCritical},
		{true, -999, 4, statusCritical},
	} {
		s := reportSample{Anomalous: c.anomalous}
		s.Channels[chPH], s.Channels[chTemperature] = c.ph, c.temp
		if got := s.status(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestMarkAnomalous(t *testing.T) {
	samples := []reportSample{{Device: "m", Time: 1}, {Device: "m", Time: 2}, {Device: "n", Time: 1}, {Device: "m", Time: 3, Anomalous: true}}
	open, resolved := sampleAlert("x", "limit", "m", "", "ph_level", 1, alerts.Warning), sampleAlert("x", "limit", "m", "", "ph_level", 2, alerts.Warning)
	resolved.Change = alerts.Resolved
	markAnomalous(samples, []reportAlert{open, resolved})
	for i, want := range []bool{true, false, false, true} {
		if samples[i].Anomalous != want {
			t.Errorf("sample %d: %v", i, samples[i].Anomalous)
		}
	}
}

func TestReportFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	in := sampleReport()
	paths, err := writeReports(dir, in)
	if err != nil || len(paths) != 4 {
		t.Fatal(paths, err)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var report struct {
		TotalSamples    int `json:"total_samples"`
		CriticalSamples []struct {
			Sample int
			Status string
		} `json:"critical_samples"`
		AlertSummary struct{ Opened, Resolved int } `json:"alert_summary"`
		Injected     []struct {
			Kind    string
			Caught  bool
			By      []string `json:"caught_by"`
			Latency *float64 `json:"latency_seconds"`
			Wall    *float64 `json:"wall_latency_seconds"`
		}
		FalseAlarms []struct{ Rule, Device string } `json:"false_alarms"`
	}
	if err := json.Unmarshal(read("monitoring_report.json"), &report); err != nil {
		t.Fatal(err)
	}
	var critical []int
	for _, s := range report.CriticalSamples {
		critical = append(critical, s.Sample)
	}
	// The pH's error code, the drift where it passes 8.2, and the hot store.
	want := []int{13}
	for n := 19; n <= 23; n++ {
		if in.Samples[n-1].Channels[chPH] > 8.2 {
			want = append(want, n)
		}
	}
	want = append(want, 36, 37)
	if report.TotalSamples != 50 || !slices.Equal(critical, want) {
		t.Errorf("%d samples, critical %v", report.TotalSamples, critical)
	}
	if report.AlertSummary.Opened != 7 || report.AlertSummary.Resolved != 2 || len(report.Injected) != 6 ||
		len(report.FalseAlarms) != 1 || report.FalseAlarms[0].Rule != "ks" {
		t.Errorf("%+v", report)
	}
	if d := report.Injected[1]; d.Kind != "drift" || !d.Caught || !slices.Equal(d.By, []string{"zscore"}) || *d.Latency != 120 || *d.Wall != 0.25 {
		t.Errorf("%+v", d)
	}

	rows, err := csv.NewReader(bytes.NewReader(read("dashboard_data.csv"))).ReadAll()
	if err != nil || len(rows) != 51 {
		t.Fatal(len(rows), err)
	}
	if got := strings.Join(rows[13][6:], " "); !strings.HasPrefix(got, "-999 ") || !strings.HasSuffix(got, "  true CRITICAL_FAILURE") {
		t.Errorf("sample 13: %s", got)
	}
	golden(t, "critical_alerts.csv.golden", read("critical_alerts.csv"))
	var table bytes.Buffer
	if err := printOutcomes(&table, in); err != nil {
		t.Fatal(err)
	}
	golden(t, "outcomes.golden", table.Bytes())
}

// TestReportsAreEmptyWhenNothingHappened: "none" must be written, and no chart may fail for want of data.
func TestReportsAreEmptyWhenNothingHappened(t *testing.T) {
	dir := t.TempDir()
	if _, err := writeReports(dir, &reportInput{ScoreLimit: math.NaN()}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "monitoring_report.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"total_samples": 0`, `"injected": []`, `"false_alarms": []`, `"critical_samples": []`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
}

// TestDashboard checks what a program can: the size, that each chart has ink, and that what is injected is seen.
func TestDashboard(t *testing.T) {
	draw := func(in *reportInput) image.Image {
		var b bytes.Buffer
		if err := writeDashboard(&b, in); err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	in := sampleReport()
	img := draw(in)
	if size := img.Bounds().Size(); size != image.Pt(1600, 1100) {
		t.Fatal(size)
	}
	ink := func(img image.Image, quarter int) (marked, red int) {
		for y := range 500 {
			for x := range 800 {
				r, g, b, _ := img.At(x+quarter%2*800, y+100+quarter/2*500).RGBA()
				if r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
					marked++
				}
				if r>>8 == 0xd5 && g>>8 == 0x5e {
					red++
				}
			}
		}
		return marked, red
	}
	for quarter := range 4 {
		if marked, red := ink(img, quarter); marked < 5000 || red < 50 {
			t.Errorf("chart %d has %d marked and %d red points", quarter, marked, red)
		}
	}
	// Each chart shows its own data: scores that move change the fourth only.
	for i := range in.Samples {
		in.Samples[i].Score += 0.01 * float64(i%3)
	}
	moved := draw(in)
	for quarter := range 4 {
		a, _ := ink(img, quarter)
		b, _ := ink(moved, quarter)
		if (a != b) != (quarter == 3) {
			t.Errorf("other scores, and chart %d went from %d to %d marked points", quarter, a, b)
		}
	}
	for i := range in.Samples {
		in.Samples[i].Anomalous = false
	}
	in.Alerts = nil
	img = draw(in)
	for quarter := range 4 {
		if _, red := ink(img, quarter); red != 0 {
			t.Errorf("chart %d has %d red points when all is well", quarter, red)
		}
	}
}
