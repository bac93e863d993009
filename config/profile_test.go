package config

import (
	"testing"

	"labwatch/detectors"
	"labwatch/record"
)

// The levels of the profile are those of the old system whatever the readings; what is set by hand wins, and 0, which
// config.yaml shows, sets nothing.
func TestOriginalProfile(t *testing.T) {
	c := Default()
	c.Detectors.Profile = "original"
	c.Detectors.Params = map[string]map[string]any{
		"ks":     {"window": 200, "warning": 0, "critical": 0.0},
		"zscore": {"critical": 4},
	}
	if errs := c.Validate(); len(errs) > 0 {
		t.Fatal(errs)
	}
	want := map[string]detectors.Limits{"zscore": {Warning: 2, Critical: 4}, "zmean": {Warning: 2, Critical: 3},
		"ks": {Warning: 0.1, Critical: 0.2}, "psi": {Warning: 0.1, Critical: 0.2}}
	for _, n := range c.Plan().Series[record.Result] {
		d := n.Make(detectors.Env{Baseline: detectors.NewBaseline(c.Detectors.Baseline)})
		if got := d.(detectors.Limited).Limits(); got != want[n.Name] {
			t.Errorf("%s: %+v, want %+v", n.Name, got, want[n.Name])
		}
		if got := d.(detectors.Promised).RunLength(); got != 0 {
			t.Errorf("%s promises a run length of %g at a fixed level", n.Name, got)
		}
	}
	c.Detectors.Profile = "modern"
	if errs := c.Validate(); len(errs) != 1 {
		t.Errorf("a profile that does not exist: %v", errs)
	}
}
