package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// simDevice is one instrument: an analyser that measures a panel of tests, or a monitor with four channels.
type simDevice struct {
	id, facility string
	key          []byte
	panel        []*simAnalyte // nil for a monitor
	bias         []float64     // of this device against the fleet, a test, in the test's unit
	calibrated   int64         // last calibration and maintenance, nanoseconds since 1970 UTC
	maintained   int64
	faults       []*simFault
}

// facilities is how many sites a fleet is spread over.
const facilities = 3

func facilityName(i int) string { return "FAC-" + string(rune('A'+i%facilities)) }

// panels gives the tests of the n-th analyser: haematology, lipids and SI chemistry, chemistry, and again.
func panels(n int) []string {
	switch n % 3 {
	case 0:
		return []string{"WBC", "RBC", "HGB", "PLT"}
	case 1:
		return []string{"CHOL", "TRIG", "HDL", "LDL", "HBA1C", "GLU_MMOL"}
	}
	return []string{"GLU", "CREAT", "BUN", "NA", "K"}
}

func newAnalyser(i, width int, rng *rand.Rand, start time.Time) *simDevice {
	id := fmt.Sprintf("analyser-%0*d", width, i+1)
	d := &simDevice{id: id, key: []byte(id), facility: facilityName(i)}
	for _, code := range panels(i) {
		a := findAnalyte(code)
		d.panel = append(d.panel, a)
		// Two healthy analysers of one kind agree within a fraction of the patients' spread.
		d.bias = append(d.bias, 0.1*a.sd*rng.NormFloat64())
	}
	d.calibrated = start.AddDate(0, 0, -1-rng.IntN(25)).UnixNano()
	d.maintained = start.AddDate(0, 0, -1-rng.IntN(80)).UnixNano()
	return d
}

func newMonitor(i, width int, start time.Time) *simDevice {
	id := fmt.Sprintf("monitor-%0*d", width, i+1)
	return &simDevice{id: id, key: []byte(id), facility: facilityName(i),
		calibrated: start.AddDate(0, 0, -7).UnixNano(), maintained: start.AddDate(0, 0, -30).UnixNano()}
}

// measures says whether a fault in this test or channel can happen here; the empty name is the device as a whole.
func (d *simDevice) measures(test string) bool {
	if test == "" {
		return true
	}
	if d.panel == nil {
		return channelIndex(test) >= 0
	}
	for _, a := range d.panel {
		if a.code == test {
			return true
		}
	}
	return false
}

func (d *simDevice) tests() string {
	var names []string
	for _, a := range d.panel {
		names = append(names, a.code)
	}
	if d.panel == nil {
		for _, c := range simChannels {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, ", ")
}
