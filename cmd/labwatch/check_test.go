package main

import (
	"crypto/rand"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"labwatch/record"
)

// TestCheckWarnsOfLimits: limits of a mapping that look like another unit are no mistake, and are told.
func TestCheckWarnsOfLimits(t *testing.T) {
	r, codes := checkMapping(t, "local_code,loinc,unit,plausible_low,plausible_high\nHB,718-7,g/L,10,300\n", "")
	if got := strings.Join(r.Warnings, "\n"); !strings.Contains(got, codes+`:2: limits of "HB"`) {
		t.Errorf("it warns of %q, and says %q", got, r.Mistakes)
	}
}

// checkMapping checks a config with one mapping file, whose path it gives too.
func checkMapping(t *testing.T, mapping, more string) (r *checkReport, codes string) {
	t.Helper()
	dir := t.TempDir()
	codes = writeFile(t, filepath.Join(dir, "codes.csv"), mapping)
	r, err := check(writeFile(t, filepath.Join(dir, "config.yaml"), "standardize: {mappings: ["+codes+"]}\n"+more))
	if r == nil {
		t.Fatal(err)
	}
	return r, codes
}

// TestLimitsAndMapping: limits in another unit than the one that the mapping decides on, or of a local code that it maps, would
// judge nothing. check says so, and a start refuses.
func TestLimitsAndMapping(t *testing.T) {
	for limits, want := range map[string]string{
		"2465-3: {high: 16, unit: g/L}":      "",
		"'2465-3:g/L': {high: 16}":           "",
		"1234-4: {high: 16, unit: mg/dL}":    "",
		"'local:MINE:g/L': {high: 16}":       "",
		"2465-3: {high: 1600, unit: mg/dL}":  `alerts.limit.tests[2465-3]: results of LOINC 2465-3 are published in "g/L" because of CODES:3, not in "mg/dL"; give limits in "g/L"`,
		"'2465-3:mg/dL': {high: 1600}":       `alerts.limit.tests[2465-3:mg/dL]: results of LOINC 2465-3 are published in "g/L" because of CODES:3, not in "mg/dL"; give limits in "g/L"`,
		"'local:IGG:g/L': {high: 16}":        "alerts.limit.tests[local:IGG:g/L]: results of IGG are published as LOINC 2465-3; give limits for that",
		"'local:BYDEVICE:g/L': {high: 1600}": "", // other devices' are not mapped
	} {
		r, codes := checkMapping(t, "local_code,loinc,unit,device\nIGG,2465-3,,\nIGG2,2465-3,g/L,\nIGG3,2465-3,mg/dL,\nBYDEVICE,2465-3,g/L,one\n",
			"alerts: {limit: {tests: {"+limits+"}}}\n")
		want = strings.ReplaceAll(want, "CODES", codes)
		if got := strings.Join(slices.DeleteFunc(r.Mistakes, func(s string) bool { return !strings.HasPrefix(s, "alerts.") }), "\n"); got != want {
			t.Errorf("%s: check says %q, want %q", limits, got, want)
		}
		if _, err := newEngine(r.cfg, must(record.NewEphemeralKeyring(rand.Reader))); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%s: a start says %v, want %q", limits, err, want)
		}
	}
}
