package web

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"labwatch/alerts"
)

// FleetMetrics writes gauges of each device, for at most Limit devices in the order of their names, so that the same
// ones are shown at every scrape; how many are left out is a gauge too. Names may be anything.
type FleetMetrics struct {
	Fleet Fleet
	Limit int
}

var _ Exposer = FleetMetrics{}

// WritePrometheus implements Exposer.
func (m FleetMetrics) WritePrometheus(w io.Writer) {
	devices := labelled(sortedFleet(m.Fleet))
	shown := devices[:min(len(devices), m.Limit)]
	b := make([]byte, 0, 1024+800*len(shown))
	sample := func(family, device string, value float64) {
		b = append(append(append(append(b, family...), `{device="`...), device...), `"} `...)
		b = append(strconv.AppendFloat(b, value, 'f', -1, 64), '\n')
	}
	for _, d := range shown {
		if d.LastSeen != 0 {
			sample("labwatch_device_last_seen_timestamp_seconds", d.ID, float64(d.LastSeen/1e6)/1e3)
		}
	}
	for _, d := range shown {
		for _, severity := range []alerts.Severity{alerts.Info, alerts.Warning, alerts.Critical} {
			b = append(append(append(b, `labwatch_device_open_alerts{device="`...), d.ID...), `",severity="`...)
			b = append(append(b, severity.String()...), `"} `...)
			b = append(strconv.AppendInt(b, int64(count(d, severity)), 10), '\n')
		}
	}
	for _, d := range shown {
		sample("labwatch_device_readings_total", d.ID, float64(d.Records))
	}
	for _, d := range shown {
		sample("labwatch_device_series", d.ID, float64(d.Series))
	}
	for _, d := range shown {
		sample("labwatch_device_series_learned", d.ID, float64(d.Learned))
	}
	for _, d := range shown {
		if d.Scored {
			b = append(append(append(b, `labwatch_device_score{device="`...), d.ID...), `",direction="`...)
			b = append(append(b, d.Direction...), `"} `...)
			b = append(strconv.AppendFloat(b, math.Round(1000*d.Score)/1000, 'f', -1, 64), '\n')
		}
	}
	b = appendOpen(b, devices)
	b = append(b, "labwatch_devices "...)
	b = append(strconv.AppendInt(b, int64(len(devices)), 10), '\n')
	b = append(b, "labwatch_device_series_dropped "...)
	b = append(strconv.AppendInt(b, int64(len(devices)-len(shown)), 10), '\n')
	_, _ = w.Write(b)
}

// Help is one line for each family.
func (FleetMetrics) Help() map[string]string {
	return map[string]string{
		"labwatch_device_last_seen_timestamp_seconds": "Greatest event time of the device, seconds since 1970 UTC.",
		"labwatch_device_open_alerts":                 "Open alerts of the device, by severity.",
		"labwatch_device_readings_total":              "Readings of the device that were admitted, as its state counts them: restarts do not set it back.",
		"labwatch_device_series":                      "Numbers of the device with a baseline of their own: tests, controls and channels.",
		"labwatch_device_series_learned":              "Those of labwatch_device_series whose baseline counts.",
		"labwatch_device_score":                       "One score of all detectors and numbers of the device, 0 to 1, higher is worse: one reading in a hundred passes 0.5. The direction is where it points, from 0.5 on. Absent while none is known.",
		"labwatch_open_alerts":                        "Open alerts of all devices, by rule and severity.",
		"labwatch_devices":                            "Devices that are known.",
		"labwatch_device_series_dropped":              "Devices without series of their own: there are more than http.device_series.",
	}
}

// appendOpen writes the open alerts of all devices, those without series of their own too.
func appendOpen(b []byte, devices []Device) []byte {
	open := map[openKey]int{}
	for _, d := range devices {
		for _, a := range d.Open {
			open[openKey{Label(a.Rule), a.Severity}]++
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(open), compareOpen) {
		b = fmt.Appendf(b, "labwatch_open_alerts{rule=\"%s\",severity=\"%s\"} %d\n", key.rule, key.severity, open[key])
	}
	return b
}

type openKey struct {
	rule     string
	severity alerts.Severity
}

func compareOpen(a, b openKey) int {
	return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.severity, b.severity))
}

// labelled turns names into label values, and puts devices together whose names only differed in bytes that are no
// text: a series must not be on the page twice.
func labelled(devices []Device) []Device {
	at := make(map[string]int, len(devices))
	kept := devices[:0] // devices is ours, see sortedFleet
	for _, d := range devices {
		d.ID = Label(d.ID)
		if i, ok := at[d.ID]; ok {
			kept[i] = merge(kept[i], d)
			continue
		}
		at[d.ID] = len(kept)
		kept = append(kept, d)
	}
	return kept
}

func count(d Device, severity alerts.Severity) (n int) {
	for _, a := range d.Open {
		if a.Severity == severity {
			n++
		}
	}
	return n
}
