package alerts

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaultIsValid(t *testing.T) {
	c := Default()
	if errs := c.Validate(); len(errs) > 0 {
		t.Error(errs)
	}
	c.Limit.Profile = ProfileOriginal
	for name, l := range c.Limit.Table() {
		if errs := l.Validate(name); len(errs) > 0 {
			t.Error(errs)
		}
	}
}

// An entry in a config file begins as zeros, so what it leaves out must come from the detector's own default.
func TestDetectorFillsWhatIsLeftOut(t *testing.T) {
	c := Default()
	c.Detectors["iforest"] = DetectorPolicy{Policy: Policy{OpenAfter: 7}}
	c.Detectors["ks"] = DetectorPolicy{AlertOn: []string{}}
	c.Detectors["toy"] = DetectorPolicy{Policy: Policy{UpdateEvery: time.Hour}}
	if errs := c.Validate(); len(errs) > 0 {
		t.Error(errs)
	}
	d := c.Detector("iforest")
	if want := (Policy{7, 10, 1, 15 * time.Minute, Warning}); d.Policy != want || !slices.Equal(d.AlertOn, []string{"telemetry"}) {
		t.Errorf("%+v", d)
	}
	if d := c.Detector("ks"); len(d.AlertOn) != 0 || d.Policy != DefaultPolicy() {
		t.Errorf("%+v", d)
	}
	if d := c.Detector("toy"); d.Policy != (Policy{1, 5, 0.8, time.Hour, Critical}) {
		t.Errorf("%+v", d)
	}
}

func TestValidate(t *testing.T) {
	at := func(v float64) *float64 { return &v }
	for path, spoil := range map[string]func(c *Config){
		"detectors.ks.open_after":        func(c *Config) { c.Detectors["ks"] = DetectorPolicy{Policy: Policy{OpenAfter: -1}} },
		"detectors.ks.alert_on[1]":       func(c *Config) { c.Detectors["ks"] = DetectorPolicy{AlertOn: []string{"qc", "QC"}} },
		"detectors.ks.alert_on[0]":       func(c *Config) { c.Detectors["ks"] = DetectorPolicy{AlertOn: []string{"tick"}} },
		"error_code.open_after":          func(c *Config) { c.ErrorCode.Policy.OpenAfter = 0 },
		"error_code.resolve_after":       func(c *Config) { c.ErrorCode.Policy.ResolveAfter = MaxRow + 1 },
		"error_code.resolve_ratio":       func(c *Config) { c.ErrorCode.Policy.ResolveRatio = math.NaN() },
		"error_code.update_every":        func(c *Config) { c.ErrorCode.Policy.UpdateEvery = -1 },
		"error_code.severity":            func(c *Config) { c.ErrorCode.Policy.Severity = 0 },
		"limit.profile":                  func(c *Config) { c.Limit.Profile = "Original" },
		"limit.resolve_ratio":            func(c *Config) { c.Limit.Policy.ResolveRatio = 1.1 },
		"limit.channels[a]":              func(c *Config) { c.Limit.Channels = map[string]Limit{"a": {Label: "A"}} },
		"limit.channels[a].low":          func(c *Config) { c.Limit.Channels = map[string]Limit{"a": {Low: at(2), High: at(2)}} },
		"limit.channels[a].critical_low": func(c *Config) { c.Limit.Channels = map[string]Limit{"a": {CriticalLow: at(3), Low: at(2)}} },
		"limit.channels[a].high":         func(c *Config) { c.Limit.Channels = map[string]Limit{"a": {High: at(3), CriticalHigh: at(2)}} },
		"limit.tests[2345-7].high":       func(c *Config) { c.Limit.Tests = map[string]Limit{"2345-7": {High: at(math.Inf(1))}} },
		"limit.tests[2345-7].unit":       func(c *Config) { c.Limit.Tests = map[string]Limit{"2345-7": {High: at(2), Unit: "mg/dl"}} },
		"limit.tests[1234-4].unit":       func(c *Config) { c.Limit.Tests = map[string]Limit{"1234-4": {High: at(2), Unit: "MG/L"}} },
		"limit.tests[14749-6]":           func(c *Config) { c.Limit.Tests = map[string]Limit{"14749-6": {High: at(2), Unit: "mmol/L"}} },
		"limit.tests[22664-7]":           func(c *Config) { c.Limit.Tests = map[string]Limit{"22664-7": {High: at(2)}} },
		"limit.tests[2465-3].unit":       func(c *Config) { c.Limit.Tests = map[string]Limit{"2465-3": {High: at(2)}} },
		"limit.tests[2465-3:g/L].unit":   func(c *Config) { c.Limit.Tests = map[string]Limit{"2465-3:g/L": {High: at(2), Unit: "mg/dL"}} },
		"limit.tests[2465-3:G/L]":        func(c *Config) { c.Limit.Tests = map[string]Limit{"2465-3:G/L": {High: at(2)}} },
		"limit.tests[2345-7:mg/dL]":      func(c *Config) { c.Limit.Tests = map[string]Limit{"2345-7:mg/dL": {High: at(2)}} },
		"limit.tests[local:X]":           func(c *Config) { c.Limit.Tests = map[string]Limit{"local:X": {High: at(2), Unit: "g/L"}} },
		"silent.after":                   func(c *Config) { c.Silent.After = 0 },
		"silent.kinds":                   func(c *Config) { c.Silent.Kinds = nil },
		"silent.kinds[1]":                func(c *Config) { c.Silent.Kinds = []string{"qc", "qc"} },
		"silent.min_records":             func(c *Config) { c.Silent.MinRecords = 0 },
		"silent.severity":                func(c *Config) { c.Silent.Policy.Severity = 9 },
		"qc_failed.sd_limit":             func(c *Config) { c.QCFailed.SDLimit = math.NaN() },
		"qc_failed.resolve_after":        func(c *Config) { c.QCFailed.Policy.ResolveAfter = 0 },
	} {
		c := Default()
		spoil(&c)
		errs := c.Validate()
		if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), path+": ") {
			t.Errorf("want one error at %s, got %v", path, errs)
		}
	}
	c := Default()
	c.Limit.Channels = map[string]Limit{"a": {CriticalLow: at(2), Low: at(2), High: at(8), CriticalHigh: at(8)}}
	if errs := c.Validate(); len(errs) > 0 {
		t.Errorf("a critical limit may lie on the other: %v", errs)
	}
	c.Limit.Tests = map[string]Limit{"2345-7": {High: at(2), Unit: "mg/dL"}, "1234-4": {High: at(2), Unit: "mg/L"}, "local:X:Y:g/L": {High: at(2)},
		"2465-3:g/L": {High: at(2)}, "1234-4:g/L": {High: at(2), Unit: "g/L"}, "2823-3": {High: at(2)}}
	c.Limit.Channels["a"] = Limit{High: at(2), Unit: "°C"}
	if errs := c.Validate(); len(errs) > 0 {
		t.Errorf("the units in which results are published, none where the name has it or the table, and what is only shown: %v", errs)
	}
	c.ErrorCode.Policy = Policy{}
	c.Silent = Silent{}
	if errs := c.Validate(); len(errs) != 4+4+2 {
		t.Errorf("not every mistake is told: %v", errs)
	}
}

func TestSeverityText(t *testing.T) {
	for _, s := range []Severity{0, Info, Warning, Critical} {
		text, err := s.MarshalText()
		var back Severity
		if err != nil || back.UnmarshalText(text) != nil || back != s {
			t.Errorf("%v: %q, %v", s, text, err)
		}
	}
	var s Severity
	for _, bad := range []string{"none", "Critical", " info"} {
		if s.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if err := s.UnmarshalYAML(func(p any) error { *p.(*string) = "bad"; return nil }); err != nil || s != badSeverity {
		t.Errorf("a bad word of a config is %v, %v", s, err)
	}
	if errs := (Policy{1, 1, 1, 0, s}).Validate("x"); len(errs) != 1 {
		t.Errorf("a bad word of a config passed: %v", errs)
	}
	if _, err := Severity(4).MarshalText(); err == nil {
		t.Error("4 was written")
	}
}
