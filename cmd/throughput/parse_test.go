//go:build linux

package main

import (
	"strings"
	"testing"
	"time"
)

func TestParseCPU(t *testing.T) {
	// proc(5): the 14th and 15th field are utime and stime. The name is chosen to mislead a reader who splits at blanks.
	const fields = ` S 1 2 3 4 5 6 7 8 9 10 250 50 11 12 20 0 9 0 100 200 300`
	got, err := parseCPU(`4711 (lab) watch (x)` + fields)
	if want := 3 * time.Second; err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, bad := range []string{"", "4711 (lab", "4711 (lab) S 1 2", `4711 (lab)` + strings.ReplaceAll(fields, "250", "x")} {
		if got, err := parseCPU(bad); err == nil {
			t.Errorf("%q gave %v", bad, got)
		}
	}
}

func TestParsePeak(t *testing.T) {
	got, err := parsePeak("Name:\tlabwatch\nVmPeak:\t 9999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t 1 kB\n")
	if err != nil || got != 200 {
		t.Errorf("got %v, %v, want 200", got, err)
	}
	if _, err := parsePeak("Name:\tlabwatch\n"); err == nil {
		t.Error("no VmHWM and no mistake")
	}
}

func TestParseOrigin(t *testing.T) {
	topics := map[string]string{"in": "in"}
	record := `{"schema":"labwatch.record/1","kind":"result","origin":{"topic":"in","partition":3,"offset":41},"id":"R"}`
	alert := `{"id":"a","origin":{"topic":"in","partition":0,"offset":7,"index":0},"rule":"limit"}`
	for _, c := range []struct {
		value string
		want  origin
	}{
		{record, origin{"in", 3, 41}},
		{alert, origin{"in", 0, 7}},
		{strings.Replace(record, `"in"`, `"labwatch.log"`, 1), origin{}}, // a tick of the log
	} {
		if got, err := parseOrigin([]byte(c.value), topics); err != nil || got != c.want {
			t.Errorf("%s: got %v, %v, want %v", c.value, got, err, c.want)
		}
	}
	for _, bad := range []string{``, `{}`, strings.Replace(record, "41", "x", 1), strings.Replace(record, ":3,", ":4,", 1)} {
		if got, err := parseOrigin([]byte(bad), topics); err == nil {
			t.Errorf("%s: gave %v", bad, got)
		}
	}
}

func TestQuantiles(t *testing.T) {
	var ms []float64
	for i := range 1000 {
		ms = append(ms, float64(999-i))
	}
	if got, want := quantilesOf(ms), (quantiles{N: 1000, P50: 500, P99: 990, P999: 999, Max: 999}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := quantilesOf(nil); got != (quantiles{}) {
		t.Errorf("nothing gave %+v", got)
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median %v, want 2.5", got)
	}
}

// TestReached: 1 behind the end is a transaction's end marker, 2 behind is a record.
func TestReached(t *testing.T) {
	end := offsets{{"log", 0}: 10, {"log", 1}: 0}
	for at, want := range map[int64]bool{8: false, 9: true, 10: true, 12: true} {
		if got := (offsets{{"log", 0}: at}).reached(end); got != want {
			t.Errorf("at %d: got %v", at, got)
		}
	}
}

func TestParseRecoveries(t *testing.T) {
	partitions, records, slowest := parseRecoveries(`half of a line","took":9000}
{"level":"info","redone":100,"took":1500.5,"message":"partition recovered"}
{"level":"info","redone":20,"took":12,"message":"partition recovered"}
{"level":"info","took":99999,"message":"something else"}
`)
	if partitions != 2 || records != 120 || slowest != 1.5005 {
		t.Errorf("%d partitions, %d records, slowest %v s", partitions, records, slowest)
	}
}
