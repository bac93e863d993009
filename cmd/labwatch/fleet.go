package main

import (
	"sync/atomic"

	"labwatch/stream"
	"labwatch/stream/kafka"
	"labwatch/web"
)

// fleetView shows the devices of a judge's partitions to web, which must not know the engine. There are none before the
// judge is there.
type fleetView struct{ judge atomic.Pointer[kafka.Judge] }

var _ web.Fleet = (*fleetView)(nil)

// Snapshot implements web.Fleet.
func (f *fleetView) Snapshot() []web.Device {
	judge := f.judge.Load()
	if judge == nil {
		return nil
	}
	var devices []web.Device
	judge.Workers(func(w *stream.Worker) {
		for _, v := range w.Fleet() {
			d := web.Device{ID: v.Device, Facility: v.Facility, LastSeen: v.LastSeen, Records: v.Records,
				Series: v.Series, Learned: v.Learned, Scored: v.Standing.Known, Score: float64(v.Standing.Score), Direction: v.Standing.Direction.String()}
			for _, a := range v.Open {
				d.Open = append(d.Open, web.OpenAlert{ID: a.ID, Rule: a.Rule, Series: a.Series, Severity: a.Severity,
					Opened: a.Opened, Count: a.Count})
			}
			devices = append(devices, d)
		}
	})
	return devices
}
