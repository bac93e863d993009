package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"labwatch/alerts"
)

func TestFleetMetrics(t *testing.T) {
	fleet := hostileFleet()
	page := &Page{}
	m := FleetMetrics{Fleet: fleet, Limit: 2000}
	page.Add(m, m.Help())
	found := samples(t, pageText(page))
	// \xff and \xfe become the same text, so these two devices share a series.
	if got, want := found["labwatch_devices"], fmt.Sprint(len(hostile)-1); got != want {
		t.Errorf("%s devices, want %s", got, want)
	}
	for i, name := range hostile {
		name = strings.ToValidUTF8(name, "\uFFFD")
		critical := "1"
		if strings.Contains(name, "\uFFFD") {
			critical, i = "2", slices.Index(hostile, "a\xfeb")
		}
		for series, want := range map[string]string{
			"labwatch_device_last_seen_timestamp_seconds{device=|" + name + "|}":     fmt.Sprintf("%d.25", 1_700_000_000+i),
			"labwatch_device_open_alerts{device=|" + name + "|,severity=|critical|}": critical,
			"labwatch_device_open_alerts{device=|" + name + "|,severity=|warning|}":  "0",
		} {
			if found[series] != want {
				t.Errorf("%q is %q, want %q", series, found[series], want)
			}
		}
	}
}

func TestFleetLimit(t *testing.T) {
	fleet := fleetOf{{ID: "c"}, {ID: "a", LastSeen: 1e9}, {ID: "b"}, {ID: "a", LastSeen: 2e9}}
	page := &Page{}
	page.Add(FleetMetrics{Fleet: fleet, Limit: 2}, nil)
	text := pageText(page)
	for _, want := range []string{"labwatch_devices 3\n", "labwatch_device_series_dropped 1\n",
		`labwatch_device_last_seen_timestamp_seconds{device="a"} 2` + "\n", `{device="b",severity="info"} 0` + "\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, `device="c"`) || strings.Contains(text, `timestamp_seconds{device="b"}`) {
		t.Errorf("too much in\n%s", text)
	}
	if fleet[0].ID != "c" || fleet[1].LastSeen != 1e9 {
		t.Errorf("the snapshot was changed: %v", fleet)
	}
}

// What is told of a device, and of the whole fleet: also of devices that have no series of their own.
func TestFleetFigures(t *testing.T) {
	fleet := fleetOf{
		{ID: "a", Records: 3, Series: 2, Learned: 1, Scored: true, Score: 0.5, Direction: "low", Open: []OpenAlert{{Rule: "silent", Severity: alerts.Warning}}},
		{ID: "a", Records: 4, Series: 1, Scored: true, Score: 0.98765, Direction: "wider"},
		{ID: "b", Open: []OpenAlert{{Rule: "silent", Severity: alerts.Warning}, {Rule: "ks", Severity: alerts.Critical}}},
	}
	page := &Page{}
	m := FleetMetrics{Fleet: fleet, Limit: 1}
	page.Add(m, m.Help())
	found := samples(t, pageText(page))
	for series, want := range map[string]string{
		"labwatch_device_readings_total{device=|a|}":              "7",
		"labwatch_device_series{device=|a|}":                      "3",
		"labwatch_device_series_learned{device=|a|}":              "1",
		"labwatch_device_score{device=|a|,direction=|wider|}":     "0.988",
		"labwatch_device_score{device=|b|,direction=||}":          "",
		"labwatch_open_alerts{rule=|silent|,severity=|warning|}":  "2",
		"labwatch_open_alerts{rule=|ks|,severity=|critical|}":     "1",
		"labwatch_open_alerts{rule=|silent|,severity=|critical|}": "",
	} {
		if found[series] != want {
			t.Errorf("%s is %q, want %q", series, found[series], want)
		}
	}
	if lacking := page.WithoutHelp(); lacking != nil {
		t.Errorf("without help: %v", lacking)
	}
}

func TestReadyMetrics(t *testing.T) {
	readiness := &Readiness{}
	page := &Page{}
	m := ReadyMetrics{readiness}
	page.Add(m, m.Help())
	expect := func(want ...string) {
		t.Helper()
		text := pageText(page)
		for _, w := range want {
			if !strings.Contains(text, w+"\n") {
				t.Errorf("no %q in\n%s", w, text)
			}
		}
	}
	expect(`labwatch_ready{check="start"} 0`, "# TYPE labwatch_ready gauge")
	readiness.Check("kafka", func() (bool, string) { return false, "away" })
	readiness.Check("judge", func() (bool, string) { return true, "" })
	expect(`labwatch_ready{check="kafka"} 0`, `labwatch_ready{check="judge"} 1`)
}

func TestDevicesJSON(t *testing.T) {
	h := Handler(Build{}, &Page{}, &Readiness{}, fleetOf{
		{ID: "b", Facility: "north", LastSeen: 1_700_000_000_250_000_000, Records: 3,
			Open: []OpenAlert{{Severity: alerts.Warning}, {Severity: alerts.Warning}, {Severity: alerts.Critical}}},
		{ID: "a"}, {ID: "b", Records: 4, Facility: "ignored"},
	})
	status, header, got := get(t, h, "GET", "/api/devices")
	const want = `[{"device":"a","records":0,"open_alerts":{"info":0,"warning":0,"critical":0}},` +
		`{"device":"b","facility":"north","last_seen":"2023-11-14T22:13:20.25Z","records":7,` +
		`"open_alerts":{"info":0,"warning":2,"critical":1}}]` + "\n"
	if status != 200 || got != want || header.Get("Content-Type") != "application/json" {
		t.Errorf("got %d %s %s\nwant %s", status, header.Get("Content-Type"), got, want)
	}
}

func TestAlertsJSON(t *testing.T) {
	h := Handler(Build{}, &Page{}, &Readiness{}, fleetOf{
		{ID: "x", Facility: "north", Open: []OpenAlert{
			{ID: "1", Rule: "ks", Series: "2345-7", Severity: alerts.Warning, Opened: 1e9, Count: 2},
			{ID: "2", Rule: "silent", Severity: alerts.Critical, Opened: 2e9, Count: 1},
		}},
		{ID: "w", Open: []OpenAlert{{ID: "3", Rule: "limit", Severity: alerts.Critical, Opened: 3e9, Count: 1}}},
	})
	_, _, got := get(t, h, "GET", "/api/alerts")
	const want = `[{"id":"3","severity":"critical","rule":"limit","device":"w","opened_at":"1970-01-01T00:00:03Z","count":1},` +
		`{"id":"2","severity":"critical","rule":"silent","device":"x","facility":"north","opened_at":"1970-01-01T00:00:02Z",` +
		`"count":1},{"id":"1","severity":"warning","rule":"ks","device":"x","facility":"north","series":"2345-7",` +
		`"opened_at":"1970-01-01T00:00:01Z","count":2}]` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, path := range []string{"/api/alerts", "/api/devices"} {
		if _, _, got := get(t, Handler(Build{}, &Page{}, &Readiness{}, nil), "GET", path); got != "[]\n" {
			t.Errorf("%s of nobody: %q", path, got)
		}
	}
}

func TestHostileJSON(t *testing.T) {
	h := Handler(Build{}, &Page{}, &Readiness{}, hostileFleet())
	var devices []struct {
		Device string `json:"device"`
	}
	_, _, body := get(t, h, "GET", "/api/devices")
	if err := json.Unmarshal([]byte(body), &devices); err != nil || len(devices) != len(hostile) {
		t.Fatalf("%v: %s", err, body)
	}
	var alerts []map[string]any
	_, _, body = get(t, h, "GET", "/api/alerts")
	if err := json.Unmarshal([]byte(body), &alerts); err != nil || len(alerts) != len(hostile) {
		t.Fatalf("%v: %s", err, body)
	}
}

func BenchmarkPage(b *testing.B) {
	fleet := fleetOf{}
	for i := range 2000 {
		fleet = append(fleet, Device{ID: fmt.Sprintf("ANALYZER-%04d", i), LastSeen: 1_700_000_000_000_000_000,
			Open: []OpenAlert{{Severity: alerts.Warning}}})
	}
	page := &Page{}
	m := FleetMetrics{Fleet: fleet, Limit: 2000}
	page.Add(m, m.Help())
	process := Process{}
	page.Add(process, process.Help())
	bytes := len(pageText(page))
	for b.Loop() {
		page.WritePrometheus(discard{})
	}
	b.ReportMetric(float64(bytes), "bytes/page")
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
