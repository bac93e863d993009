package formats

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"labwatch/record"
)

func TestCSVOptions(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
	}{
		{"tick", Options{Kind: record.Tick}},
		{"a field of another kind", Options{Kind: record.Event, Columns: map[string]string{"result_id": "x"}}},
		{"no field", Options{Kind: record.Result, Columns: map[string]string{"glucose": "{x}"}}},
		{"a person as channel", Options{Columns: map[string]string{"patient_name": "{x}"}}},
		{"channels", Options{Columns: map[string]string{"channels": "{x}"}}},
		{"open brace", Options{Columns: map[string]string{"device_id": "a{b"}}},
		{"brace without beginning", Options{Columns: map[string]string{"device_id": "a}b"}}},
		{"brace without beginning behind a column", Options{Columns: map[string]string{"device_id": "{a}b}"}}},
		{"no name", Options{Columns: map[string]string{"device_id": "{}"}}},
		{"brace in a brace", Options{Columns: map[string]string{"device_id": "{a{b}}"}}},
		{"header lacks a column", Options{Columns: map[string]string{"device_id": "{b}"}, Header: []string{"a"}}},
		{"header twice", Options{Header: []string{"a", "a"}}},
	} {
		if f, err := NewCSV(c.options); err == nil || f != nil {
			t.Errorf("%s is taken", c.name)
		}
	}
}

// Each message is read by its own header, whatever came before.
func TestCSVHeaderIsTheMessages(t *testing.T) {
	f := newFormat(t, NewCSV, Options{})
	for _, c := range []struct{ payload, device string }{
		{"result_id,device_id\nR1,D1\n", "D1"},
		{"result_id,device_id\nR2,D2", "D2"},
		{"device_id,result_id\nD3,R3\n", "D3"},
		{"device_id,result_id,device_id\nD4,R4,D\n", ""},
		{"device_id,result_id\nD5,R5\n", "D5"},
		{"result_id,device", ""}, // no row, and the next header begins alike
		{"result_id,device_id\nR7,D7\n", "D7"},
		{"\"device_id\",\"result_id\"\n\nD6,R6\n", "D6"},
	} {
		raws, err := f.Decode(nil, []byte(c.payload))
		if (err != nil) != (c.device == "") || err == nil && raws[0].Device != c.device {
			t.Errorf("%q: %v, %v", c.payload, raws, err)
		}
	}
}

func TestCSVBounds(t *testing.T) {
	f := newFormat(t, NewCSV, Options{})
	long := strings.Repeat("a", maxRow-len("R,"))
	wide := strings.Repeat(",", maxColumns-1)
	for _, c := range []struct {
		name, payload string
		want          error
	}{
		{"a row as long as may be", "result_id,test_code\nR," + long + "\n", nil},
		{"a row too long", "result_id,test_code\nR," + long + "a\n", ErrTooLarge},
		{"as many columns as may be", "result_id,b\n1" + wide + "2\n", errColumns}, // the header has two
		{"too many columns", "result_id,b\n1" + wide + ",2\n", ErrTooLarge},
		{"too long", "result_id\n" + strings.Repeat("R\n", MaxMessage/2), ErrTooLarge},
	} {
		_, err := f.Decode(nil, []byte(c.payload))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
	}
}

func TestRows(t *testing.T) {
	long := strings.Repeat("x", 3*maxRow)
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"no file", "", nil},
		{"a header only", "a,b\n", nil},
		{"rows", "a,b\n1,2\n3,4\n", []string{"#,a,b\n1,1,2\n", "#,a,b\n2,3,4\n"}},
		{"no line end at the end", "a,b\n1,2", []string{"#,a,b\n1,1,2"}},
		{"Windows", "\ufeffa,b\r\n1,2\r\n", []string{"#,a,b\n1,1,2\r\n"}},
		{"blank lines", "\n\na\n\n1\n \n2\n\n", []string{"#,a\n1,1\n", "#,a\n2,2\n"}},
		{"a field of several lines", "a,b\n\"1\n\"\"1\"\"\",2\n3,4\n", []string{"#,a,b\n1,\"1\n\"\"1\"\"\",2\n", "#,a,b\n2,3,4\n"}},
		{"its own numbers", "b,#\n1,4711\n", []string{"b,#\n1,4711\n"}},
		{"a quote that is never closed", "a,b\n1,\"2\n3,4\n5,6\n", []string{"#,a,b\n1,1,\"2\n", "#,a,b\n2,3,4\n", "#,a,b\n3,5,6\n"}},
		{"a quote in the middle", "a,b\n1,2\"\n3,4\n", []string{"#,a,b\n1,1,2\"\n", "#,a,b\n2,3,4\n"}},
		{"a long line", "a\n" + long + "\n2\n", []string{"#,a\n1," + long[:maxRow+2], "#,a\n2,2\n"}},
		{"a long line at the end", "a\n" + long, []string{"#,a\n1," + long[:maxRow+2]}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"whole": strings.NewReader(c.file), "in halves": iotest.HalfReader(strings.NewReader(c.file)),
			} {
				got, err := allRows(r)
				if err != nil || !slices.Equal(got, c.want) {
					t.Errorf("%s: got %.80q, %v, want %.80q", how, got, err, c.want)
				}
			}
		})
	}
}

func TestRowsErrors(t *testing.T) {
	broken := errors.New("disk")
	if _, err := allRows(io.MultiReader(strings.NewReader("a\n1\n"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("the reader's error is lost: %v", err)
	}
	if _, err := allRows(strings.NewReader("\"a\n1\n")); !errors.Is(err, errUnclosed) {
		t.Errorf("a header with an open quote: %v", err)
	}
}

func allRows(r io.Reader) (all []string, err error) {
	rows := NewRows(r)
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, string(row))
	}
}

// Each row of a file becomes one reading or is refused, and a refused row takes no other with it.
func TestRowsIntoCSV(t *testing.T) {
	file := "ITEM,VAL\nK,4.1\nNA,\"14\"1\nCA,2,3\nCL,\"1\n0\nHCO3,24\n"
	f := newFormat(t, NewCSV, Options{Kind: record.Result, Columns: map[string]string{"result_id": "row-{#}", "test_code": "{ITEM}", "result_value": "{VAL}"}})
	messages, err := allRows(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range messages {
		raws, err := f.Decode(nil, []byte(m))
		if err != nil {
			got = append(got, "refused")
			continue
		}
		got = append(got, raws[0].ID+" "+raws[0].TestCode+" "+raws[0].Value)
	}
	want := []string{"row-1 K 4.1", "refused", "refused", "refused", "refused", "row-6 HCO3 24"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzCSV holds the splitting into fields against encoding/csv.
func FuzzCSV(f *testing.F) {
	for _, payload := range seeds(f, "csv") {
		f.Add(payload)
	}
	f.Add([]byte("a,\"b\"\"c\nd\",\n,\"\"\n"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		_, err := newFormat(t, NewCSV, Options{}).Decode(nil, payload)
		checkError(t, err)

		if bytes.ContainsRune(payload, '\r') || len(payload) > maxRow || bytes.Count(payload, []byte(",")) >= maxColumns {
			return // encoding/csv has its own ways with carriage returns, and no bounds
		}
		for line := range bytes.Lines(payload) {
			if len(bytes.TrimSpace(line)) == 0 && string(line) != "\n" {
				return // and a line of blanks is a row to it
			}
		}
		r := csv.NewReader(bytes.NewReader(payload))
		r.FieldsPerRecord = -1
		for rest := string(payload); ; {
			var got []string
			got, rest, err = splitRow(nil, rest)
			want, wantErr := r.Read()
			switch {
			case errors.Is(wantErr, csv.ErrBareQuote): // which we take as it stands
				return
			case err != nil && wantErr != nil && wantErr != io.EOF:
				return
			case err != nil || wantErr != nil && wantErr != io.EOF || !slices.Equal(got, want):
				t.Fatalf("got %q, %v, want %q, %v", got, err, want, wantErr)
			case got == nil:
				return
			}
		}
	})
}

// FuzzRows: no row of a file is lost or doubled, and none spoils the next.
func FuzzRows(f *testing.F) {
	for _, payload := range seeds(f, "csv") {
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := allRows(bytes.NewReader(file))
		if err != nil {
			return // the header
		}
		c := newFormat(t, NewCSV, Options{})
		for _, row := range rows {
			if raws, err := c.Decode(nil, []byte(row)); err == nil && len(raws) != 1 {
				t.Fatalf("%d readings of %q", len(raws), row)
			}
		}
		if bytes.ContainsRune(file, '"') || len(file) > maxRow {
			return
		}
		lines := 0
		for line := range bytes.Lines(file) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		if len(rows) != max(0, lines-1) {
			t.Fatalf("%d rows of %d lines", len(rows), lines)
		}
	})
}

// seeds are the inputs of the golden folders.
func seeds(f *testing.F, format string) (all [][]byte) {
	paths, err := filepath.Glob(filepath.Join("testdata", format, "*", "input.*"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, data)
	}
	return all
}

// Builtin is a map of the caller's own.
func TestBuiltin(t *testing.T) {
	mine := Builtin()
	if names := slices.Sorted(maps.Keys(mine)); !slices.Equal(names, []string{"csv", "json"}) {
		t.Errorf("formats %q", names)
	}
	delete(mine, "json")
	if Builtin()["json"] == nil {
		t.Error("the map is shared")
	}
}
