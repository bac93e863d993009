package web

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metrics"
	"go.uber.org/goleak"

	"labwatch/alerts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type fleetOf []Device

var _ Fleet = fleetOf{}

func (f fleetOf) Snapshot() []Device { return f }

// hostile are names that a broken or wicked device may send.
var hostile = []string{"", "plain", `a"b`, `a\b`, `a\`, `\"`, "a\nb", "a\tb", "a\rb", "a\x00b", "a\xffb", "a\xfeb",
	"zero\u200bwidth", "a{b}", `"} 1`, "a,b=c", "# TYPE x y", "é µmol/L", "\u2028", `\n`, "  "}

func hostileFleet() fleetOf {
	var f fleetOf
	for i, name := range hostile {
		f = append(f, Device{ID: name, Facility: name, LastSeen: 1_700_000_000_250_000_000 + int64(i)*1e9, Records: 7,
			Open: []OpenAlert{{ID: fmt.Sprint("id", i), Rule: "zmean", Series: name, Severity: alerts.Critical,
				Opened: 1_700_000_000_000_000_000, Count: 3}}})
	}
	return f
}

// samples reads a page: the value of each series, its labels unescaped. It fails on what the format forbids.
func samples(t testing.TB, page string) map[string]string {
	t.Helper()
	if !strings.HasSuffix(page, "\n") {
		t.Fatal("the page must end with a line feed")
	}
	found := map[string]string{}
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		series, value := splitSample(t, line)
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			t.Errorf("value in %q: %v", line, err)
		}
		if _, twice := found[series]; twice {
			t.Errorf("series %q is there twice", series)
		}
		found[series] = value
	}
	return found
}

// splitSample reads one line by the rules of the text format: in a label's value, a backslash goes before a
// backslash, a quote or an n, and nothing else.
func splitSample(t testing.TB, line string) (series, value string) {
	t.Helper()
	var b strings.Builder
	quoted := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\\':
			i++
			if i == len(line) || !strings.ContainsRune(`\"n`, rune(line[i])) {
				t.Fatalf("escape in %q", line)
			}
			if line[i] == 'n' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(line[i])
			}
		case c == '"':
			quoted = !quoted
			b.WriteByte('|')
		case !quoted && c == ' ':
			return b.String(), line[i+1:]
		default:
			b.WriteByte(c)
		}
	}
	t.Fatalf("no value in %q", line)
	return "", ""
}

func pageText(p *Page) string {
	var b strings.Builder
	p.WritePrometheus(&b)
	return b.String()
}

// full is a page of everything that this room writes, and a set.
func full() *Page {
	page := &Page{}
	set := metrics.NewSet()
	set.NewPrometheusHistogramExt(`labwatch_test_seconds{part="a"}`, []float64{0.1, 1}).Update(0.5)
	set.NewPrometheusHistogramExt(`labwatch_test_seconds{part="b"}`, []float64{0.1, 1}).Update(7)
	set.NewCounter("labwatch_test_total").Inc()
	page.Add(set, map[string]string{"labwatch_test_seconds": "A histogram.", "labwatch_test_total": "A counter."})
	process := Process{Build: ReadBuild(`v1 "test"`), MemoryLimit: 1 << 30}
	page.Add(process, process.Help())
	fleet := FleetMetrics{Fleet: hostileFleet(), Limit: 2000}
	page.Add(fleet, fleet.Help())
	return page
}

func get(t *testing.T, h http.Handler, method, path string) (status int, header http.Header, body string) {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	b, err := io.ReadAll(rec.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return rec.Code, rec.Result().Header, string(b)
}
