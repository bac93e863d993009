package web

import (
	"cmp"
	"slices"

	"labwatch/alerts"
)

// Fleet gives the devices as they were at some moment of the last seconds. The slice and all that it holds are never
// changed afterwards. A device may be in it more than once; its parts are then put together.
type Fleet interface {
	Snapshot() []Device
}

// Device is what is shown of a device.
type Device struct {
	ID       string
	Facility string
	LastSeen int64 // greatest event time, nanoseconds since 1970 UTC; 0 when never
	Records  int64 // readings admitted
	Series   int   // numbers with a baseline of their own
	Learned  int   // of them, those whose baseline counts
	Open     []OpenAlert

	Scored    bool    // false: no score is known yet
	Score     float64 // 0 to 1, of all detectors of the device; higher is worse
	Direction string  // where it points, from 0.5 on
}

// OpenAlert is an alert that was opened and not resolved.
type OpenAlert struct {
	ID       string
	Rule     string
	Series   string // empty for the device as a whole
	Severity alerts.Severity
	Opened   int64 // event time, nanoseconds since 1970 UTC
	Count    int   // breaches since then
}

// sortedFleet returns a snapshot by device, each device once.
func sortedFleet(fleet Fleet) []Device {
	devices := slices.Clone(fleet.Snapshot())
	slices.SortStableFunc(devices, func(a, b Device) int { return cmp.Compare(a.ID, b.ID) })
	merged := devices[:0]
	for _, d := range devices {
		if n := len(merged); n > 0 && merged[n-1].ID == d.ID {
			merged[n-1] = merge(merged[n-1], d)
			continue
		}
		merged = append(merged, d)
	}
	return merged
}

func merge(a, b Device) Device {
	a.Facility = cmp.Or(a.Facility, b.Facility)
	a.LastSeen = max(a.LastSeen, b.LastSeen)
	a.Records += b.Records
	a.Series += b.Series
	a.Learned += b.Learned
	if b.Scored && (!a.Scored || b.Score > a.Score) {
		a.Scored, a.Score, a.Direction = true, b.Score, b.Direction
	}
	a.Open = slices.Concat(a.Open, b.Open)
	return a
}
