package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// evalStreamFile is two normal channels, one record a minute, of which the first jumps by ten SD for 30 records.
func evalStreamFile(t *testing.T, dir, name string, seed uint64) string {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	b.WriteString("timestamp,a,b,label\n")
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 900 {
		v, label := r.NormFloat64(), 0
		if i >= 800 && i < 830 {
			v, label = v+10, 1
		}
		fmt.Fprintf(&b, "%s,%.3f,%.3f,%d\n", at.Add(time.Duration(i)*time.Minute).Format(time.DateTime), 100+v, 7+r.NormFloat64(), label)
	}
	return writeFile(t, filepath.Join(dir, name), b.String())
}

func TestEvalStream(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--stream", "--label", "label", evalStreamFile(t, dir, "one.csv", 1), evalStreamFile(t, dir, "two.csv", 2)}
	printed, text := evalRun(t, args...)
	b := decodeBoard(t, text)
	if len(b.Sets) != 2 || b.Sets[0].Name != "one" || b.Sets[0].Records != 900 || b.Summary.Records != 1800 || b.Mode != "stream" {
		t.Fatalf("board %+v", b)
	}
	for _, s := range append(b.Sets, b.Summary) {
		if s.AUC == nil || *s.AUC < 0.95 || s.Rate == nil || *s.Rate <= 0 {
			t.Errorf("%s: a jump of ten SD has an AUC of %v at %v records a second", s.Name, s.AUC, s.Rate)
		}
		last := s.Rows[len(s.Rows)-2:]
		if last[0].Detector != "always alarm" || last[1].Detector != "random" || *last[0].AUC != 0.5 {
			t.Errorf("%s: the last rows are %+v", s.Name, last)
		}
		if z := s.Rows[0]; z.Detector != "zscore" || z.Found == nil || *z.Found != 1 || *z.Delay != 0 {
			t.Errorf("%s: the jump is not found at once by %+v", s.Name, z)
		}
	}
	for _, word := range []string{"always alarm", "random", "combined", "FALSE/DAY", "all: 1800 records"} {
		if !strings.Contains(printed, word) {
			t.Errorf("the scoreboard does not say %q:\n%s", word, printed)
		}
	}
	_, again := evalRun(t, args...)
	pace := regexp.MustCompile(`"records_per_second": .*`)
	if pace.ReplaceAllString(again, "") != pace.ReplaceAllString(text, "") {
		t.Error("the same data, config and seed gave other figures")
	}
}

func TestEvalTabular(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	var b strings.Builder
	b.WriteString("f0,f1,label\n")
	for i := range 600 {
		v, label := 0.0, 0
		if i%50 == 0 {
			v, label = 8, 1
		}
		fmt.Fprintf(&b, "%.4f,%.4f,%d\n", v+r.NormFloat64(), v+r.NormFloat64(), label)
	}
	file := writeFile(t, filepath.Join(t.TempDir(), "far.csv"), b.String())
	_, text := evalRun(t, "--tabular", "--seeds", "2", file)
	board := decodeBoard(t, text)
	if s := board.Sets[0]; s.Rows[0].Detector != "forest" || *s.AUC < 0.99 || s.Rows[1].Detector != "iforest" || *s.Rows[1].AUC < 0.95 {
		t.Errorf("a forest of points far off has AUC %v, rows %+v", *s.AUC, s.Rows)
	}
}

// A row that lacks a number is left out of a table, and a table of nothing else is refused.
func TestEvalTabularGaps(t *testing.T) {
	dir := t.TempDir()
	file := writeFile(t, filepath.Join(dir, "gaps.csv"), "a,b,label\n1,2,0\n1,,0\nNA,3,1\n2,2,1\n3,1,0\n")
	_, text := evalRun(t, "--tabular", "--seeds", "1", file)
	if s := decodeBoard(t, text).Sets[0]; s.Records != 3 {
		t.Errorf("%d records of 5, two of them with gaps, want 3", s.Records)
	}
	cmd := newEvalCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs([]string{"--tabular", writeFile(t, filepath.Join(dir, "none.csv"), "a,b,label\n1,,0\n,3,1\n")})
	if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "every column") {
		t.Errorf("a table of gaps: %v", err)
	}
}

func TestEvalNAB(t *testing.T) {
	dir := t.TempDir()
	series := func(name string, at int) {
		r := rand.New(rand.NewPCG(5, uint64(at)))
		var b strings.Builder
		b.WriteString("timestamp,value\n")
		for i := range 1000 {
			v := r.NormFloat64()
			if i == at {
				v = 50
			}
			fmt.Fprintf(&b, "%s,%.3f\n", time.Date(2014, 4, 1, 0, 5*i, 0, 0, time.UTC).Format(time.DateTime), v)
		}
		writeFile(t, filepath.Join(dir, "data", name), b.String())
	}
	series("g/spike.csv", 700)
	series("g/quiet.csv", -1)
	window := func(i int) string {
		return time.Date(2014, 4, 1, 0, 5*i, 0, 0, time.UTC).Format("2006-01-02 15:04:05.000000")
	}
	writeFile(t, filepath.Join(dir, "labels", "combined_windows.json"),
		fmt.Sprintf(`{"g/spike.csv": [[%q, %q]], "g/quiet.csv": [], "absent/file.csv": []}`, window(700), window(760)))
	_, text := evalRun(t, "--nab", dir)
	b := decodeBoard(t, text)
	if len(b.Sets) != 2 || b.Sets[0].Name != "g/quiet" || b.Sets[0].AUC != nil || b.Summary.Records != 2000 {
		t.Fatalf("board %+v", b)
	}
	for _, row := range b.Summary.Rows {
		if row.Detector == "zscore" && *row.NAB != 100 {
			t.Errorf("a spike of 50 SD at the window's first record scores %v, want 100", *row.NAB)
		}
		if row.Detector == "always alarm" && *row.NAB != 0 {
			t.Errorf("always alarm scores %v, want 0", *row.NAB)
		}
	}
}

func TestEvalRefuses(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "choose one"},
		{"--nab x --stream", "choose one"},
		{"--nab x y", "takes a folder"},
		{"--tabular", "at least one file"},
		{"--stream x", "needs --label"},
		{"--stream x --label l --changes 1", "needs --label"},
		{"--tabular x --changes 1", "goes with --stream"},
		{"--stream x --changes 9,3", "in order"},
		{"--stream x --label l --separator ab", "more than one character"},
		{"--tabular x --seeds 0", "--seeds 0"},
	} {
		cmd := newEvalCommand()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(strings.Fields(c.args))
		err := cmd.ExecuteContext(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, new(usageError)) {
			t.Errorf("eval %s: %v, want a mistake of usage with %q", c.args, err, c.want)
		}
	}
}

// A stream without a header, of which two channels jump at two records and stay there.
func TestEvalChanges(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	var b strings.Builder
	for i := range 3000 {
		level := float64(i / 1000 * 9)
		fmt.Fprintf(&b, "%.3f,%.3f,7\n", level+r.NormFloat64(), level+r.NormFloat64())
	}
	file := writeFile(t, filepath.Join(t.TempDir(), "jumps.data"), b.String())
	_, text := evalRun(t, "--stream", file, "--changes", "1000,2000", "--skip", "f2")
	board := decodeBoard(t, text)
	for _, row := range board.Sets[0].Rows {
		switch row.Detector {
		case "zscore":
			if *row.Found != 1 || *row.Delay > 10 || *row.False > 1 {
				t.Errorf("jumps of nine SD: found %v after %v records, %v false alarms", *row.Found, *row.Delay, *row.False)
			}
		case "always alarm":
			if *row.Found != 1 || *row.False != 3000-2 {
				t.Errorf("always alarm: found %v, %v false alarms, want 1 and 2998", *row.Found, *row.False)
			}
		}
	}
}

func TestChangeRow(t *testing.T) {
	// A false one, the first change found after 5, a repeat, the second missed.
	r := changeRow("x", []int{7, 105, 110}, []int{100, 200}, 300)
	if r.Found != 0.5 || r.Delay != 5 || r.FalseAlarms != 2 {
		t.Errorf("found %v after %v, %v false, want 0.5, 5, 2", r.Found, r.Delay, r.FalseAlarms)
	}
}
