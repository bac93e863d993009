package web

import (
	"io"
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
	b := make([]byte, 0, 512+400*len(shown))
	for _, d := range shown {
		if d.LastSeen != 0 {
			b = append(append(append(b, `labwatch_device_last_seen_timestamp_seconds{device="`...), d.ID...), `"} `...)
			b = append(strconv.AppendFloat(b, float64(d.LastSeen/1e6)/1e3, 'f', -1, 64), '\n')
		}
	}
	for _, d := range shown {
		for _, severity := range []alerts.Severity{alerts.Info, alerts.Warning, alerts.Critical} {
			b = append(append(append(b, `labwatch_device_open_alerts{device="`...), d.ID...), `",severity="`...)
			b = append(append(b, severity.String()...), `"} `...)
			b = append(strconv.AppendInt(b, int64(count(d, severity)), 10), '\n')
		}
	}
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
		"labwatch_devices":                            "Devices that are known.",
		"labwatch_device_series_dropped":              "Devices without series of their own: there are more than http.device_series.",
	}
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
