package main

import (
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEvalRead(t *testing.T) {
	cases := []struct {
		name, text string
		reader     evalReader
		channels   []string
		rows       [][]float64
		truth      string
		step       time.Duration
		timed      bool
		left       []string
	}{
		{"semicolons, a time, a column left out", "datetime;a;b b;anomaly;changepoint\n2020-03-01 15:44:06;1;2;0.0;1\n2020-03-01 15:44:08;3;4;1.0;0\n",
			evalReader{label: []string{"anomaly"}, skip: []string{"changepoint"}},
			[]string{"a", "b b"}, [][]float64{{1, 2}, {3, 4}}, "01", 2 * time.Second, true, nil},
		{"words for labels and for nothing", "\"Time\",\"pH\",\"EVENT\"\n2016-08-03 09:49:00,NA,FALSE\n2016-08-03 09:50:00,8.36,TRUE\n",
			evalReader{label: []string{"EVENT"}}, []string{"pH"}, [][]float64{{nan}, {8.36}}, "01", time.Minute, true, nil},
		{"any of several labels; fractions of seconds; a pattern", "datetime,temp,temp_cor,temp_qual,ph_qual\n2020-01-01 00:00:00.000,1,1,NULL,NULL\n2020-01-01 00:00:00.500,2,1,NULL,5\n2020-01-01 00:00:01.000,3,1,1,NULL\n",
			evalReader{label: []string{"temp_qual", "ph_qual"}, skip: []string{"*_cor"}},
			[]string{"temp"}, [][]float64{{1}, {2}, {3}}, "011", 500 * time.Millisecond, true, nil},
		{"no time; a column of words", "\ufefff0,site,label\n1,x,0\n-2e3,y,2\n", evalReader{label: []string{"label"}},
			[]string{"f0"}, [][]float64{{1}, {-2000}}, "01", time.Second, false, []string{"site"}},
		{"a label in another case; words for anomalies", "v,Label\n1,normal\n2,Anomaly\n3,yes\n", evalReader{label: []string{"label"}},
			[]string{"v"}, [][]float64{{1}, {2}, {3}}, "011", time.Second, false, nil},
		{"seconds since 1970, named", "t,v,label\n100,1,0\n101.5,2,0\n", evalReader{label: []string{"label"}, time: "t"},
			[]string{"v"}, [][]float64{{1}, {2}}, "00", 1500 * time.Millisecond, true, nil},
	}
	for _, c := range cases {
		set, err := c.reader.parse("x", strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		same := slices.EqualFunc(set.rows, c.rows, func(a, b []float64) bool {
			return slices.EqualFunc(a, b, func(a, b float64) bool { return near(a, b, 0) })
		})
		if !same || !slices.Equal(set.channels, c.channels) || !slices.Equal(set.truth, truths(c.truth)) || set.timed != c.timed ||
			time.Duration(set.at[1]-set.at[0]) != c.step || !slices.Equal(set.left, c.left) {
			t.Errorf("%s: read %+v", c.name, set)
		}
	}
}

func TestEvalReadRefuses(t *testing.T) {
	label := evalReader{label: []string{"label"}}
	cases := []struct {
		name, text, want string
		reader           evalReader
	}{
		{"no label", "a,b\n1,2\n", `no label column "label"; there are a, b`, label},
		{"no time", "a,label\n1,2\n", `no time column "when"`, evalReader{label: []string{"label"}, time: "when"}},
		{"a label of words", "a,label\n1,0\n1,odd\n", `line 3: label "odd"`, label},
		{"a time of words", "time,label\nnoon,0\n", `time "noon"`, label},
		{"nothing", "a,label\n", "no records", label},
		{"no numbers", "a,label\nx,0\n", "no column of numbers", label},
		{"a short line", "a,label\n1,0\n1\n", "wrong number of fields", label},
		{"empty", "", "it is empty", label},
	}
	for _, c := range cases {
		if _, err := c.reader.parse("x", strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestEvalReadUnpacks(t *testing.T) {
	for _, name := range []string{"set.csv.gz", "set.csv"} { // whatever it is called
		evalReadUnpacks(t, filepath.Join(t.TempDir(), name))
	}
}

func evalReadUnpacks(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	_, err = z.Write([]byte("f0,label\n1.5,1\n"))
	if err != nil || z.Close() != nil || f.Close() != nil {
		t.Fatal("cannot write a file")
	}
	r := evalReader{label: []string{"label"}}
	set, err := r.read(file)
	if err != nil || set.name != "set" || set.rows[0][0] != 1.5 || !set.truth[0] {
		t.Errorf("read %+v, %v", set, err)
	}
	if _, err := r.read(file + "x"); err == nil {
		t.Error("read a file that is not there")
	}
}

func TestNABWindowNeedsItsRecords(t *testing.T) {
	at := []int64{0, 300e9, 600e9}
	got, err := nabWindow(at, [2]string{"1970-01-01 00:05:00.000000", "1970-01-01 00:10:00.000000"})
	if err != nil || got != (evalEvent{1, 3}) {
		t.Errorf("window %v, %v, want 1 to 3", got, err)
	}
	for _, w := range [][2]string{{"1970-01-01 00:05:00", "1970-01-01 00:11:00"}, {"1970-01-01 00:10:00", "1970-01-01 00:05:00"}} {
		if got, err := nabWindow(at, w); err == nil {
			t.Errorf("window %v is %v, want an error", w, got)
		}
	}
	if v := figure(math.NaN()).text("%v"); v != "-" {
		t.Errorf("an undefined figure reads %q", v)
	}
}
