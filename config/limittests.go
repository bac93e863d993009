package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"labwatch/record"
)

// validateLimitTests finds limits of tests that no result will ever be held against: results are published under a LOINC
// code, and as local:CODE:UNIT where the mapping has none for them.
func (c *Config) validateLimitTests() (errs []error) {
	for _, key := range slices.Sorted(maps.Keys(c.Alerts.Limit.Tests)) {
		if strings.HasPrefix(key, "local:") {
			continue
		}
		code, _, _ := strings.Cut(key, ":") // a unit may follow
		if err := record.CheckLOINC(code); err != nil {
			errs = append(errs, fmt.Errorf("alerts.limit.tests[%s]: %w; for a test that has no LOINC code write local:CODE:UNIT", key, err))
		}
	}
	return errs
}

// limitTwins are the limits of tests that labwatch publishes under another code, in the unit that goes with that.
func (c *Config) limitTwins() (list []string) {
	analytes, err := record.Analytes()
	if err != nil {
		return nil // a start says so
	}
	for _, a := range analytes {
		if _, limited := c.Alerts.Limit.Tests[a.LOINC]; limited && a.Twin != "" {
			list = append(list, fmt.Sprintf("alerts.limit.tests[%s]: its results are published as %s, and the limits are asked for nothing: write %s, and the limits in its unit", a.LOINC, a.Twin, a.Twin))
		}
	}
	return list
}
