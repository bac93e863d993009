package main

import (
	"testing"
)

func TestWriteReports(t *testing.T) {
	paths, err := writeReports(t.TempDir(), sampleReport())
	if err != nil || len(paths) != 4 {
		t.Fatal(paths, err)
	}
}
