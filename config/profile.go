package config

import (
	"fmt"
	"maps"
)

// profiles are named sets of detector parameters. Levels of "original" are those of the system that labwatch replaces:
// |z| of 2 and 3, D of 0.1 and 0.2, PSI of 0.1 and 0.2, whatever the number of readings.
func profiles() map[string]map[string]map[string]any {
	fixed := func(warning, critical float64) map[string]any {
		return map[string]any{"warning": warning, "critical": critical}
	}
	return map[string]map[string]map[string]any{
		"":         {},
		"original": {"zscore": fixed(2, 3), "zmean": fixed(2, 3), "ks": fixed(0.1, 0.2), "psi": fixed(0.1, 0.2)},
	}
}

// params are a detector's parameters: the profile's, over which go those that are set by hand and say something. 0
// is "derive it", in a profile too.
func (d *Detectors) params(name string) map[string]any {
	p := maps.Clone(profiles()[d.Profile][name])
	for key, v := range d.Params[name] {
		if p == nil {
			p = map[string]any{}
		}
		if _, set := p[key]; set && (v == 0 || v == 0.0) {
			continue
		}
		p[key] = v
	}
	return p
}

func (d *Detectors) validateProfile() []error {
	if _, ok := profiles()[d.Profile]; !ok {
		return []error{fmt.Errorf("detectors.profile: %q is neither empty nor original", d.Profile)}
	}
	return nil
}
