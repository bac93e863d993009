package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckWarnsOfLimits: limits of a mapping that look like another unit are no mistake, and are told.
func TestCheckWarnsOfLimits(t *testing.T) {
	dir := t.TempDir()
	codes, path := filepath.Join(dir, "codes.csv"), filepath.Join(dir, "config.yaml")
	for name, text := range map[string]string{
		codes: "local_code,loinc,unit,plausible_low,plausible_high\nHB,718-7,g/L,10,300\n",
		path:  "standardize: {mappings: [" + codes + "]}\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := check(path)
	if r == nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.Warnings, "\n"); !strings.Contains(got, codes+`:2: limits of "HB"`) {
		t.Errorf("it warns of %q, and says %v", got, err)
	}
}
