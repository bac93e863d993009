package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// hostileDevice would end the page of whoever writes names into it unescaped: quotes, a backslash before a letter, a
// line that looks like a sample, and a control character.
const hostileDevice = "a\"b\\n} 1\nlabwatch_records_total{outcome=\"standardized\"} 1e9\n\t\x01Ω"

// TestMetrics scrapes a running daemon while readings stream in. The page must be one that Prometheus takes, whatever
// the devices are called, and its counters must add up to the messages that were sent, one reading each.
func TestMetrics(t *testing.T) {
	ways(t, func(t *testing.T, fused bool) {
		l := newLab(t, fused)
		p := l.run()
		messages := scene()
		messages = append(messages[:4000], messages[len(messages)-1000:]...)
		repeated := 0
		for _, m := range messages[len(messages)-700:] {
			if m.Stream != simLogs { // an entry of a log has no id by which a repeat could be told
				messages = append(messages, m)
				repeated++
			}
		}
		messages = append(messages, hostileTelemetry(0, 50)...)
		bad := setAside()
		messages = append(messages, bad...)

		scrapes := 0
		stop, done := make(chan struct{}), make(chan struct{})
		finish := sync.OnceFunc(func() { close(stop); <-done })
		defer finish()
		go func() {
			defer close(done)
			for {
				select {
				case <-stop:
					return
				case <-time.After(150 * time.Millisecond):
					if page, err := l.scrape(); err != nil {
						t.Errorf("scrape under load: %v", err)
					} else if err := readPage(page).problem(); err != nil {
						t.Errorf("scrape under load: %v", err)
					}
					scrapes++
				}
			}
		}()
		l.send(messages, 4000, nil)
		page := l.waitTotal(len(messages))
		for !strings.Contains(page, "labwatch_devices 7\n") { // devices are shown with a commit, at most one a second
			more := hostileTelemetry(len(messages), len(messages)+1) // no number twice
			messages = append(messages, more...)
			l.send(more, 0, nil)
			page = l.waitTotal(len(messages))
			time.Sleep(100 * time.Millisecond)
		}
		finish()
		if scrapes < 3 {
			t.Errorf("only %d scrapes under load", scrapes)
		}

		s := readPage(page)
		if err := s.problem(); err != nil {
			t.Error(err)
		}
		for series, want := range map[string]int{
			`labwatch_records_total{outcome="standardized"}`: len(messages) - repeated - len(bad),
			`labwatch_records_total{outcome="duplicate"}`:    repeated,
			`labwatch_records_total{outcome="rejected"}`:     len(bad),
			`labwatch_rejects_total{reason="undecodable"}`:   2,
			`labwatch_rejects_total{reason="no_device"}`:     1,
			`labwatch_rejects_total{reason="bad_time"}`:      1,
			`labwatch_latency_seconds_bucket{le="+Inf"}`:     len(messages) - len(bad),
			`labwatch_latency_seconds_count`:                 len(messages) - len(bad),
			`labwatch_devices`:                               7,
		} {
			if got := s.samples[series]; got != float64(want) {
				t.Errorf("%s is %v, %d were expected", series, got, want)
			}
		}
		if rejects := s.sum("labwatch_rejects_total"); rejects != float64(len(bad)) {
			t.Errorf("labwatch_rejects_total adds up to %v, %d were set aside", rejects, len(bad))
		}
		for _, family := range []string{"labwatch_latency_seconds", "labwatch_score_duration_seconds", "labwatch_commit_duration_seconds"} {
			if s.types[family] != "histogram" || !strings.Contains(page, family+"_bucket{") || !strings.Contains(page, `le="+Inf"`) {
				t.Errorf("%s is no histogram with le buckets but %q", family, s.types[family])
			}
		}
		if !strings.Contains(page, `device="a\"b\\n} 1\nlabwatch_records_total{outcome=\"standardized\"} 1e9\n`+"\t\x01Ω\"") {
			t.Errorf("the hostile device is not on the page:\n%s", page)
		}
		checkWithPromtool(t, page)

		// Nothing is counted behind everybody's back, and the topics hold what the counters say.
		if err := p.stop(); err != nil {
			t.Fatalf("stop: %v", err)
		}
		if n := count(l.committed(l.topic("records"))); n != len(messages)-repeated-len(bad) {
			t.Errorf("%d records are in the topic", n)
		}
		if n := count(l.committed(l.topic("rejects"))); n != len(bad) {
			t.Errorf("%d rejects are in the topic", n)
		}
	})
}

// hostileTelemetry is readings of the hostile device, numbered from one number to another, with an error code among
// the first fifty that opens an alert of it.
func hostileTelemetry(from, to int) []simMessage {
	name, err := json.Marshal(hostileDevice)
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC).UnixNano()
	var out []simMessage
	for i := from; i < to; i++ {
		value := 4.1
		if i == 49 {
			value = errorCode
		}
		out = append(out, simMessage{Stream: simTelemetry, Key: []byte("hostile"), Value: fmt.Appendf(nil,
			`{"kind":"telemetry","sample_id":"h%d","device_id":%s,"timestamp":%q,"storage_temp_c":%v}`, i, name, utc(start+int64(i)*1e9), value)})
	}
	return out
}

// setAside is messages that cannot become records.
func setAside() (out []simMessage) {
	for stream, texts := range map[simStream][]string{
		simResults: {
			`{"result_id":"x"`,
			`{"kind":"result","result_id":"x","test_code":"GLU","result_value":5,"collected_timestamp":"2026-05-04T07:00:00Z"}`,
			`{"kind":"result","result_id":"x","device_id":"d","test_code":"GLU","result_value":5,"collected_timestamp":"yesterday"}`,
			`{"kind":"result","result_id":"x","device_id":"d","result_value":5,"collected_timestamp":"2026-05-04T07:00:00Z"}`,
			`{"kind":"result","result_id":"x","device_id":"d","test_code":"GLU","result_value":"","collected_timestamp":"2026-05-04T07:00:00Z"}`,
		},
		simQC:        {"\xff\xfe"},
		simTelemetry: {`{"kind":"telemetry","sample_id":"x","device_id":"d","timestamp":"2026-05-04T07:00:00Z"}`},
	} {
		for _, text := range texts {
			out = append(out, simMessage{Stream: stream, Key: []byte("x"), Value: []byte(text)})
		}
	}
	return out
}

func (l *lab) get(path string) (string, error) {
	resp, err := http.Get("http://" + l.http + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, resp.Status, b)
	}
	return string(b), err
}

func (l *lab) scrape() (string, error) { return l.get("/metrics") }

// waitTotal waits until n messages are counted, and returns the page; more than n is a defect at any moment.
func (l *lab) waitTotal(n int) string {
	l.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for {
		page, err := l.scrape()
		if err != nil {
			l.t.Fatal(err)
		}
		switch total := readPage(page).sum("labwatch_records_total"); {
		case total == float64(n):
			return page
		case total > float64(n), time.Now().After(deadline):
			l.t.Fatalf("labwatch_records_total adds up to %v, %d messages were sent", total, n)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// exposition is a page in the text format 0.0.4, read independently of the code that wrote it.
type exposition struct {
	samples     map[string]float64 // by name and labels as they stand
	help, types map[string]string
	wrong       error
}

func readPage(page string) *exposition {
	e := &exposition{samples: map[string]float64{}, help: map[string]string{}, types: map[string]string{}}
	for _, line := range strings.Split(strings.TrimSuffix(page, "\n"), "\n") {
		if rest, ok := strings.CutPrefix(line, "# HELP "); ok {
			name, text, _ := strings.Cut(rest, " ")
			e.help[name] = text
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, text, _ := strings.Cut(rest, " ")
			e.types[name] = text
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		if at < 0 {
			e.wrong = fmt.Errorf("the line %q is no sample", line)
			continue
		}
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if _, twice := e.samples[line[:at]]; err != nil || twice {
			e.wrong = fmt.Errorf("the line %q is no sample, or stands twice", line)
		}
		e.samples[line[:at]] = value
	}
	return e
}

// problem is a family without HELP or TYPE, or a line that is no sample.
func (e *exposition) problem() error {
	if e.wrong != nil {
		return e.wrong
	}
	if len(e.samples) < 20 {
		return fmt.Errorf("only %d samples on the page", len(e.samples))
	}
	for series := range e.samples {
		name, _, _ := strings.Cut(series, "{")
		family := name
		for _, end := range []string{"_bucket", "_sum", "_count"} {
			if base, ok := strings.CutSuffix(name, end); ok && e.types[base] == "histogram" {
				family = base
			}
		}
		if e.help[family] == "" || e.types[family] == "" {
			return fmt.Errorf("%s has HELP %q and TYPE %q", family, e.help[family], e.types[family])
		}
	}
	return nil
}

// sum adds all series of a family up.
func (e *exposition) sum(family string) (total float64) {
	for series, value := range e.samples {
		if strings.HasPrefix(series, family+"{") || series == family {
			total += value
		}
	}
	return total
}

// checkWithPromtool asks Prometheus itself.
func checkWithPromtool(t *testing.T, page string) {
	t.Helper()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("NOT CHECKED: promtool is not installed, so the page was read by the test's own reader only")
		return
	}
	cmd := exec.Command(promtool, "check", "metrics")
	cmd.Stdin = strings.NewReader(page)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}
