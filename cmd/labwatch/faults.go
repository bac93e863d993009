package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// simFault is one thing that goes wrong with one simulated device, for a while.
type simFault struct {
	Text   string // as the user wrote it
	Kind   string
	Device string
	Test   string        // local test code or channel; empty for the device as a whole
	At     time.Duration // after the start, in event time; default 0
	For    time.Duration // default 0: to the end
	Shift  shift         // drift and bias
	Ramp   time.Duration // drift: how long it takes to grow to its full size; default 0, a step
	Factor float64       // noise: how many times the usual spread; default 3
	Share  float64       // error_code and duplicate: share of the records, above 0 to 1; default 1
	Value  float64       // error_code, default -999; cold_store, degrees Celsius, default 85

	rng    *rand.Rand
	begin  int64 // event time
	stuck  float64
	holds  bool // stuck has its value
	first  string
	from   int64 // event time of the first and the newest faulty record
	to     int64
	count  int
	series []string // as labwatch names what was hit
}

// shift is how far a value is moved: so many SD of the test, so many percent of the value, or so many units.
type shift struct {
	by   float64
	unit string // "sd", "%" or "" for the test's unit
}

// faultKind says which settings a kind of fault takes besides device, at and for.
type faultKind struct {
	name     string
	needTest bool
	settings []string
	what     string
}

// faultKinds is every kind of fault, in the order of the help text.
var faultKinds = [...]faultKind{
	{"drift", true, []string{"shift", "ramp"}, "results and controls move by shift (default 1.5sd), at once or over ramp"},
	{"bias", true, []string{"shift"}, "a wrong calibration: results and controls are off by shift (default 10%)"},
	{"stuck", true, nil, "the first value is sent over and over"},
	{"noise", true, []string{"factor"}, "results and controls spread factor times as far (default 3)"},
	{"error_code", true, []string{"share", "value"}, "the number is a machine's error code (default -999)"},
	{"cold_store", false, []string{"value"}, "a monitor's storage temperature is about value (default 85 degrees Celsius)"},
	{"contamination", false, nil, "a monitor's turbidity is 15 to 25 NTU and its oxygen -3 ppm"},
	{"silent", false, nil, "the device sends nothing"},
	{"duplicate", false, []string{"share"}, "records are sent twice"},
	{"unit_swap", true, nil, "a number in mmol/L is sent as mg/dL"},
}

// parseFaults reads the values of --fault. The error names every mistake in every one of them.
func parseFaults(texts []string) ([]simFault, error) {
	var faults []simFault
	var errs []error
	for _, text := range texts {
		fault, mistakes := parseFault(text)
		for _, mistake := range mistakes {
			errs = append(errs, fmt.Errorf("fault %q: %w", text, mistake))
		}
		faults = append(faults, fault)
	}
	return faults, errors.Join(errs...)
}

// parseFault reads one fault, such as drift:device=analyser-03,test=GLU,at=30s,shift=1.5sd.
func parseFault(text string) (simFault, []error) {
	f := simFault{Text: text, Factor: 3, Share: 1}
	name, rest, _ := strings.Cut(text, ":")
	f.Kind = name
	i := slices.IndexFunc(faultKinds[:], func(k faultKind) bool { return k.name == name })
	if i < 0 {
		return f, []error{fmt.Errorf("no kind %q; the kinds are %s", name, faultNames())}
	}
	kind := faultKinds[i]
	f.Shift, f.Value = shift{1.5, "sd"}, errorCode
	switch kind.name {
	case "bias":
		f.Shift = shift{10, "%"}
	case "cold_store":
		f.Value = 85
	}
	var errs []error
	seen := map[string]bool{}
	for _, part := range strings.Split(rest, ",") {
		if part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%q is no setting of the form name=value", part))
			continue
		case seen[key]:
			errs = append(errs, fmt.Errorf("%s is set twice", key))
			continue
		case !kind.takes(key):
			errs = append(errs, fmt.Errorf("%s takes no %q; it takes %s", name, key, kind.keys()))
			continue
		}
		seen[key] = true
		if err := f.set(key, value); err != nil {
			errs = append(errs, err)
		}
	}
	if !seen["device"] {
		errs = append(errs, errors.New("device is missing"))
	}
	if kind.needTest && !seen["test"] {
		errs = append(errs, errors.New("test is missing"))
	}
	switch kind.name {
	case "cold_store":
		f.Test = simChannels[chTemperature].name
	case "contamination":
		f.Test = simChannels[chTurbidity].name
	case "unit_swap":
		if a := findAnalyte(f.Test); a == nil || a.loinc != "2345-7" {
			errs = append(errs, errors.New("unit_swap is known for GLU and GLU_MMOL only"))
		}
	}
	return f, errs
}

func (k faultKind) keys() string {
	keys := []string{"device", "at", "for"}
	if k.needTest {
		keys = append(keys, "test")
	}
	return strings.Join(append(keys, k.settings...), ", ")
}

func (k faultKind) takes(key string) bool {
	return slices.Contains(strings.Split(k.keys(), ", "), key)
}

func faultNames() string {
	var names []string
	for _, k := range faultKinds {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}
