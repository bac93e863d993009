package stream

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// Patience is how long an alert of a sensor lasts before the level it stands at is taken for the new normal. A sensor
// that was moved, or that wanders, would otherwise alarm for ever, since nothing is learned while an alert is open.
// Both conditions must hold: a day, so that every shift of staff has seen the alert, and a baseline's worth of readings.
//
// It costs that a lasting fault of a sensor, or a slow drift, stops alarming after that time, until it moves on. It has
// been told by then, and its end says so. Results and controls are never accepted by themselves.
type Patience struct {
	Time     time.Duration `yaml:"time"`     // in the records' time, since the first of the open alerts opened. Default 24 h
	Readings int           `yaml:"readings"` // judged since then. Default 500; 0: never
}

// Waiting counts how long the alerts of a series have been open.
type Waiting struct {
	readings uint32
	since    int64 // nanoseconds since 1970 UTC
}

// Outlasted takes note of a reading at a time in nanoseconds since 1970 UTC, and says whether alerts that are open
// have outlasted p.
func (w *Waiting) Outlasted(p Patience, open bool, at int64) bool {
	if !open || p.Readings == 0 {
		w.readings = 0
		return false
	}
	if w.readings == 0 {
		w.since = at
	}
	if w.readings < math.MaxUint32 {
		w.readings++
	}
	if int64(w.readings) < int64(p.Readings) || at < w.since || uint64(at)-uint64(w.since) < uint64(p.Time) {
		return false
	}
	w.readings = 0
	return true
}

func (w *Waiting) append(b []byte) []byte {
	return binary.AppendVarint(binary.AppendUvarint(b, uint64(w.readings)), w.since)
}

func (w *Waiting) read(r *reader) {
	readings := r.uvarint()
	w.readings, w.since = uint32(readings), r.varint()
	if r.err == nil && readings > math.MaxUint32 {
		r.fail(fmt.Errorf("%d readings waited", readings))
	}
}

// outlast ends the alerts of a sensor that have lasted too long to be a fault of the moment, and learns it anew.
func (w *Worker) outlast(about *subject, s *series, emit Emit) {
	if s.kind != record.Telemetry {
		return
	}
	if s.waiting.Outlasted(w.j.AcceptAfter, Lasting(w.j.Plan.Series[s.kind], s.states, w.j.policies), about.at) {
		w.accept(alerts.StatOutlasted, *about, s, emit)
	}
}

// Lasting says whether an alert of a series' detectors, which named names, is open, and none of those that may never become
// normal.
func Lasting(named []Named, states []alerts.State, policies map[string]alerts.DetectorPolicy) (open bool) {
	for i := range states {
		if states[i].Phase == alerts.Open {
			if policy := policies[named[i].Name]; !policy.Outlast {
				return false
			}
			open = true
		}
	}
	return open
}
