package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocumentedCases runs the examples of docs/testing.md.
func TestDocumentedCases(t *testing.T) {
	files, err := filepath.Glob("../../docs/tests/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	var out bytes.Buffer
	if err := runCases(files, "", &out); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
	if got := strings.Count(out.String(), "ok    "); got < 4 {
		t.Errorf("only %d tests\n%s", got, &out)
	}
	var again bytes.Buffer
	if err := runCases(files, "", &again); err != nil || again.String() != out.String() {
		t.Errorf("a second time: %v\n%s", err, &again)
	}
}
