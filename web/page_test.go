package web

import (
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/VictoriaMetrics/metrics"
)

// The reference implementation of the format is the judge of the whole page.
func TestPromtool(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("SKIPPED: promtool is not installed (it comes with Prometheus), so the page was NOT checked")
	}
	check := func(page string) (string, error) {
		cmd := exec.Command(promtool, "check", "metrics")
		cmd.Stdin = strings.NewReader(page)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	page := pageText(full())
	if out, err := check(page); err != nil || out != "" {
		t.Errorf("promtool: %v: %s", err, out)
	}
	// It does judge.
	if _, err := check(page + "labwatch_no_help 1\n"); err == nil {
		t.Error("promtool let a family without HELP pass")
	}
}

func TestPageIsWhole(t *testing.T) {
	page := full()
	if names := page.WithoutHelp(); names != nil {
		t.Errorf("families without help: %v", names)
	}
	found := samples(t, pageText(page))
	for _, want := range []string{"go_goroutines", "go_memstats_heap_alloc_bytes", "labwatch_test_total",
		"labwatch_test_seconds_count{part=|a|}", "labwatch_devices"} {
		if found[want] == "" {
			t.Errorf("no %s", want)
		}
	}
	if got := found["go_memlimit_bytes"]; got != "1073741824" { // the operator's, not what the runtime is at
		t.Errorf("go_memlimit_bytes is %s", got)
	}
	page.Add(oneLine("labwatch_unexplained 1"), nil)
	if names := page.WithoutHelp(); len(names) != 1 || names[0] != "labwatch_unexplained" {
		t.Errorf("got %v", names)
	}
}

type oneLine string

func (l oneLine) WritePrometheus(w io.Writer) { fmt.Fprint(w, string(l)) }

// Sources in any order, metadata of their own, a family of two sources, no line feed at the end.
func TestPageGroups(t *testing.T) {
	page := &Page{}
	page.Add(oneLine("# TYPE z_total gauge\nz_total{a=\"1\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n"+
		"h_sum 3\nh_count 2\n\nb_count 4"), map[string]string{"z_total": "Zs,\nand a \\.", "h": "A h."})
	page.Add(oneLine("a 1\nz_total{a=\"2\"} 2\n"), map[string]string{"a": "An a.", "z_total": "other words", "b_count": "B."})
	const want = `# HELP a An a.
# TYPE a gauge
a 1
# TYPE b_count gauge
b_count 4
# HELP h A h.
# TYPE h histogram
h_bucket{le="1"} 1
h_bucket{le="+Inf"} 2
h_sum 3
h_count 2
# HELP z_total Zs,\nand a \\.
# TYPE z_total counter
z_total{a="1"} 1
z_total{a="2"} 2
`
	if got := pageText(page); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRemove(t *testing.T) {
	page := &Page{}
	removeA := page.Add(oneLine("a 1\n"), nil)
	removeB := page.Add(oneLine("b 1\n"), nil)
	removeA()
	removeA()
	if got := pageText(page); got != "# TYPE b gauge\nb 1\n" {
		t.Errorf("got %q", got)
	}
	removeB()
	if got := pageText(page); got != "" {
		t.Errorf("got %q", got)
	}
}

// Buckets are cumulative and say "less than or equal", with an infinite one that holds all.
func TestHistogram(t *testing.T) {
	set := metrics.NewSet()
	h := set.NewPrometheusHistogramExt(`labwatch_x_seconds{part="`+Label(`a"\`)+`"}`, []float64{0.1, 1, 10})
	for _, v := range []float64{0.05, 0.1, 0.5, 10, 11, 12} {
		h.Update(v)
	}
	page := &Page{}
	page.Add(set, map[string]string{"labwatch_x_seconds": "X."})
	found := samples(t, pageText(page))
	for series, want := range map[string]string{
		`labwatch_x_seconds_bucket{part=|a"\|,le=|0.1|}`:  "2",
		`labwatch_x_seconds_bucket{part=|a"\|,le=|1|}`:    "3",
		`labwatch_x_seconds_bucket{part=|a"\|,le=|10|}`:   "4",
		`labwatch_x_seconds_bucket{part=|a"\|,le=|+Inf|}`: "6",
		`labwatch_x_seconds_count{part=|a"\|}`:            "6",
		`labwatch_x_seconds_sum{part=|a"\|}`:              "33.65",
	} {
		if found[series] != want {
			t.Errorf("%s is %q, want %s", series, found[series], want)
		}
	}
	if !strings.Contains(pageText(page), "# TYPE labwatch_x_seconds histogram\n") {
		t.Error("no TYPE")
	}
}

// Any bytes can be a label: the library does not panic, and a reader gets the text back.
func FuzzLabel(f *testing.F) {
	for _, name := range hostile {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		label := Label(name)
		if !utf8.ValidString(label) {
			t.Errorf("%q is no UTF-8", label)
		}
		set := metrics.NewSet()
		set.GetOrCreateCounter(`m{device="` + label + `",x="y"}`).Inc()
		var b strings.Builder
		set.WritePrometheus(&b)
		series, value := splitSample(t, strings.TrimSuffix(b.String(), "\n"))
		if want := "m{device=|" + strings.ToValidUTF8(name, "\uFFFD") + "|,x=|y|}"; series != want || value != "1" {
			t.Errorf("got %q %q, want %q", series, value, want)
		}
	})
}
