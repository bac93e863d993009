package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplayOfSeveralFiles: a device goes on from one file to the next. Both are judged, and nothing in the second is
// taken for something in the first because it stands at the same place.
func TestReplayOfSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	must(0, os.WriteFile(path("keys"), []byte("kid replay\npatient "+strings.Repeat("0123456789abcdef", 4)+
		"\ntechnician "+strings.Repeat("fedcba9876543210", 4)+"\n"), 0o600))
	must(0, os.WriteFile(path("config.yaml"), []byte(fmt.Sprintf("inputs:\n  - {topic: results, kind: result, format: json}\n"+
		"standardize: {key_file: %q, critical: original}\n", path("keys"))), 0o600))
	const lines, files = 60, 3
	args := []string{"replay", "--config", path("config.yaml"), "--out", path("out")}
	for f := range files {
		var text strings.Builder
		for i := range lines {
			value := 90 + i%7
			if i%20 == 10 {
				value = 480 // critical, at the same lines of every file
			}
			fmt.Fprintf(&text, `{"result_id":"R%d-%d","patient_id":"P%d-%d","test_code":"GLU","result_value":"%d","result_unit":"mg/dL",`+
				`"device_id":"analyser","facility_id":"A","collected_timestamp":"2026-03-0%dT08:%02d:00Z"}`+"\n", f, i, f, i, value, f+1, i)
		}
		name := path(fmt.Sprintf("day%d.jsonl", f))
		must(0, os.WriteFile(name, []byte(text.String()), 0o600))
		args = append(args, name)
	}
	var said bytes.Buffer
	c := newRootCommand()
	c.SetArgs(args)
	c.SetOut(&said)
	c.SetErr(&said)
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	if want := fmt.Sprintf("replayed %d messages: %d records, 0 duplicates, 0 rejects", files*lines, files*lines); !strings.Contains(said.String(), want) {
		t.Errorf("it says %q, want %q", &said, want)
	}
	origins, ready := map[string]bool{}, map[string]int{}
	records := jsonLines(t, path("out/records.jsonl"))
	for i, r := range records {
		origins[fmt.Sprint(r.Origin)] = true
		if len(r.Scores) == 0 {
			t.Fatalf("record %d, %s, has no scores", i, r.ID)
		}
		for _, s := range r.Scores {
			if s.Ready {
				ready[s.Detector]++
			}
		}
	}
	if len(records) != files*lines || len(origins) != len(records) {
		t.Errorf("%d records of %d origins, want %d", len(records), len(origins), files*lines)
	}
	if len(ready) == 0 {
		t.Error("no detector was ever ready: the files were not learned as one")
	}
	ids := map[string]bool{}
	alerts := jsonLines(t, path("out/alerts.jsonl"))
	for _, a := range alerts {
		if a.Rule == "critical_value" {
			ids[a.ID] = true
		}
	}
	if len(ids) != files*lines/20 {
		t.Errorf("%d ids of %d alert messages, want %d", len(ids), len(alerts), files*lines/20)
	}
}

// judgedLine is what this test reads of a record or an alert.
type judgedLine struct {
	ID, Rule string
	Origin   struct{ Topic, Partition, Offset, Index any }
	Scores   []struct {
		Detector string
		Ready    bool
	}
}

func jsonLines(t *testing.T, path string) (list []judgedLine) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		var one judgedLine
		if err := json.Unmarshal(line, &one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	return list
}
