package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// nabFile is one series of the benchmark with its windows.
type nabFile struct {
	set     *evalSet
	windows []evalEvent
}

// readNAB reads what there is of the benchmark: every file below data/ that the labels name.
func (b *evalBench) readNAB(dir string) ([]nabFile, error) {
	text, err := os.ReadFile(filepath.Join(dir, "labels", "combined_windows.json"))
	if err != nil {
		return nil, fmt.Errorf("read the windows of NAB: %w", err)
	}
	var labels map[string][][2]string
	if err := json.Unmarshal(text, &labels); err != nil {
		return nil, fmt.Errorf("read the windows of NAB: %w", err)
	}
	var files []nabFile
	data := os.DirFS(filepath.Join(dir, "data"))
	err = fs.WalkDir(data, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) != ".csv" {
			return err
		}
		windows, ok := labels[name]
		if !ok {
			fmt.Fprintf(b.note, "%s: left out, as the labels do not name it\n", name)
			return nil
		}
		f, err := readNABFile(data, name, windows)
		files = append(files, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read NAB: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read NAB: %s holds no file that the labels name", filepath.Join(dir, "data"))
	}
	return files, nil
}

func readNABFile(data fs.FS, name string, windows [][2]string) (nabFile, error) {
	in, err := data.Open(name)
	if err != nil {
		return nabFile{}, err
	}
	defer in.Close()
	r := evalReader{time: "timestamp", separator: ","}
	set, err := r.parse(strings.TrimSuffix(name, ".csv"), in)
	if err != nil {
		return nabFile{}, fmt.Errorf("%s: %w", name, err)
	}
	f := nabFile{set: set}
	for _, w := range windows {
		e, err := nabWindow(set.at, w)
		if err != nil {
			return nabFile{}, fmt.Errorf("window %s to %s of %s: %w", w[0], w[1], name, err)
		}
		f.windows = append(f.windows, e)
		for i := e.from; i < e.to; i++ {
			set.truth[i] = true
		}
	}
	return f, nil
}

// nabWindow finds the records of a window, whose two ends are times of records.
func nabWindow(at []int64, window [2]string) (e evalEvent, err error) {
	var ends [2]int
	for k, text := range window {
		t, err := evalTime(text)
		if err != nil {
			return e, err
		}
		if ends[k] = slices.Index(at, t); ends[k] < 0 {
			return e, fmt.Errorf("there is no record at %s", text)
		}
	}
	if ends[1] < ends[0] {
		return e, fmt.Errorf("it ends before it begins")
	}
	return evalEvent{ends[0], ends[1] + 1}, nil
}
