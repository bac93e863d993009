package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"labwatch/alerts"
	"labwatch/record"
)

// validateLimitTests finds limits of tests that no result will ever be held against: results are published under a LOINC
// code, and as local:CODE:UNIT where the mapping has none for them.
func (c *Config) validateLimitTests() (errs []error) {
	for _, key := range slices.Sorted(maps.Keys(c.Alerts.Limit.Tests)) {
		if strings.HasPrefix(key, "local:") {
			continue
		}
		if err := record.CheckLOINC(alerts.LOINCOf(key)); err != nil {
			errs = append(errs, fmt.Errorf("alerts.limit.tests[%s]: %w; for a test that has no LOINC code write local:CODE:UNIT", key, err))
		}
	}
	return errs
}

// ValidateMapping finds those that the mapping makes so. Of a LOINC that the embedded table does not hold it may name the unit in
// which results are published, by the first row that has one: who reorders its rows must not switch an alarm off unseen.
func (c *Config) ValidateMapping(m *record.Mapping) (errs []error) {
	for _, key := range slices.Sorted(maps.Keys(c.Alerts.Limit.Tests)) {
		path := fmt.Sprintf("alerts.limit.tests[%s]", key)
		named := alerts.NamedUnit(key)
		if code, ok := strings.CutPrefix(strings.TrimSuffix(key, ":"+named), "local:"); ok {
			if loinc := m.LOINC(code); loinc != "" {
				errs = append(errs, fmt.Errorf("%s: results of %s are published as LOINC %s; give limits for that", path, code, loinc))
			}
			continue
		}
		unit, place := m.UnitOutside(alerts.LOINCOf(key))
		given := cmp.Or(c.Alerts.Limit.Tests[key].Unit, named)
		if ucum, _ := record.ParseUnit(given); unit != "" && given != "" && ucum == given && given != unit { // others are told as such
			errs = append(errs, fmt.Errorf("%s: results of LOINC %s are published in %q because of %s, not in %q; give limits in %q",
				path, alerts.LOINCOf(key), unit, place, given, unit))
		}
	}
	return errs
}
