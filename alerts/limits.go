package alerts

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// ProfileOriginal is the limits of the batch system that labwatch succeeds.
const ProfileOriginal = "original"

// Limits is the limit rule: an alert for a device and channel, or test, whose values lie outside.
type Limits struct {
	Enabled bool `yaml:"enabled"` // default true; without limits it does nothing
	// Profile names limits to start from: empty for none, or "original". Default none: limits are the site's.
	Profile string `yaml:"profile"`
	// Channels holds limits by channel name. They replace those of the profile channel by channel.
	Channels map[string]Limit `yaml:"channels"`
	// Tests holds limits by LOINC code, or by the series name of an unmapped test, for results. Of a LOINC that the
	// embedded table does not hold, results in several units may come, so the limits must have theirs.
	Tests map[string]Limit `yaml:"tests"`
	// Policy opens at the first value outside and resolves after 3 inside in a row.
	Policy Policy `yaml:",inline"`
}

// DefaultLimits is on, with an empty table.
func DefaultLimits() Limits {
	return Limits{Enabled: true, Policy: Policy{OpenAfter: 1, ResolveAfter: 3, ResolveRatio: 1,
		UpdateEvery: 15 * time.Minute, Severity: Critical}}
}

// Table is the limits of channels, those of the profile included. Make it once; changing it changes nothing here.
func (l Limits) Table() map[string]Limit {
	t := map[string]Limit{}
	if l.Profile == ProfileOriginal {
		t = originalLimits()
	}
	maps.Copy(t, l.Channels)
	return t
}

// Validate returns every mistake with its path.
func (l Limits) Validate(path string) []error {
	errs := l.Policy.Validate(path)
	if l.Profile != "" && l.Profile != ProfileOriginal {
		errs = append(errs, fmt.Errorf("%s.profile: %q is not known; there is %q", path, l.Profile, ProfileOriginal))
	}
	for _, m := range [...]struct {
		name string
		m    map[string]Limit
	}{{"channels", l.Channels}, {"tests", l.Tests}} {
		for _, key := range slices.Sorted(maps.Keys(m.m)) {
			v, at := m.m[key], fmt.Sprintf("%s.%s[%s]", path, m.name, key)
			errs = append(errs, v.Validate(at)...)
			if m.name == "tests" { // that of a channel is only shown
				errs = append(errs, validateUnit(at, key, v.Unit)...)
			}
		}
	}
	return errs
}

// originalLimits are the original's allowed ranges for its four channels, and the two levels at which it spoke of
// a critical failure: |temperature - 4 °C| > 10 K and |pH - 7.2| > 1.
func originalLimits() map[string]Limit {
	at := func(v float64) *float64 { return &v }
	return map[string]Limit{
		"storage_temp_c": {Low: at(2), High: at(8), CriticalLow: at(-6), CriticalHigh: at(14),
			Unit: "Cel", Label: "storage temperature"},
		"dissolved_oxygen_ppm": {Low: at(7), High: at(10), Unit: "[ppm]", Label: "dissolved oxygen"},
		"turbidity_ntu":        {Low: at(0), High: at(5), Unit: "[NTU]", Label: "turbidity"},
		"ph_level":             {CriticalLow: at(6.2), CriticalHigh: at(8.2), Unit: "[pH]", Label: "pH"},
	}
}
