package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json"
)

// evalRun runs the command and returns what it printed and the JSON it wrote.
func evalRun(t *testing.T, args ...string) (printed, written string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "board.json")
	var out, notes bytes.Buffer
	c := newEvalCommand()
	c.SetOut(&out)
	c.SetErr(&notes)
	c.SetArgs(append(args, "--json", file))
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("eval %v: %v", args, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), string(text)
}

type writtenBoard struct {
	Mode    string
	Sets    []writtenItem
	Summary writtenItem
}

type writtenItem struct {
	Name    string
	Records int
	AUC     *float64
	Rate    *float64 `json:"records_per_second"`
	Rows    []struct {
		Detector string
		AUC, F1  *float64
		NAB      *float64 `json:"nab_standard"`
		Found    *float64
		Delay    *float64
		False    *float64 `json:"false_alarms"`
	}
}

func decodeBoard(t *testing.T, text string) (b writtenBoard) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &b, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatalf("read the board: %v\n%s", err, text)
	}
	return b
}

func writeFile(t *testing.T, file, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
