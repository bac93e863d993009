package main

import (
	"strconv"
	"time"
)

// simReading is a reading before it is written as JSON; faults act on it.
type simReading struct {
	stream simStream
	device *simDevice
	at     int64
	n      uint64 // makes the id

	analyte  *simAnalyte
	code     string
	value    float64
	text     string // sent in place of value when not empty
	unit     string
	comma    bool // decimal comma
	zoneless bool
	after    time.Duration // from collection to result
	level    int           // of a control: 1 or 2

	event, message string
	channel        [len(simChannels)]float64
}

// Shares of the streams, in a thousand messages. A laboratory sends mostly results.
const (
	shareResults   = 800
	shareQC        = 50
	shareTelemetry = 130 // the rest are log entries
)

// draw makes the next reading, healthy.
func (f *fleet) draw() simReading {
	r := simReading{n: f.n, at: f.due(f.n)}
	pick := f.rng.IntN(1000)
	switch {
	case pick < shareResults:
		r.stream, r.device = simResults, f.analyser[f.rng.IntN(len(f.analyser))]
		f.drawResult(&r)
	case pick < shareResults+shareQC:
		r.stream, r.device = simQC, f.analyser[f.rng.IntN(len(f.analyser))]
		f.drawControl(&r)
	case pick < shareResults+shareQC+shareTelemetry && len(f.monitor) > 0:
		r.stream, r.device = simTelemetry, f.monitor[f.rng.IntN(len(f.monitor))]
		for i := range simChannels {
			r.channel[i] = simChannels[i].healthy(f.rng)
		}
	default:
		r.stream = simLogs
		if i := f.rng.IntN(f.cfg.Devices); i < len(f.analyser) {
			r.device = f.analyser[i]
		} else {
			r.device = f.monitor[i-len(f.analyser)]
		}
		f.drawLog(&r)
	}
	return r
}

func (f *fleet) drawResult(r *simReading) {
	i := f.rng.IntN(len(r.device.panel))
	a := r.device.panel[i]
	r.analyte, r.code, r.unit = a, a.code, a.unit
	r.value = a.patient(f.rng) + r.device.bias[i]
	// Point of care: the result follows the specimen within minutes.
	r.after = time.Duration(30+f.rng.IntN(150)) * time.Second
	if !f.cfg.Clean {
		f.trap(r)
	}
}

// trap dresses about one result in fifty as the field does: bounds, words, commas, spellings, missing zones.
func (f *fleet) trap(r *simReading) {
	switch pick := f.rng.IntN(1000); {
	case pick < 2:
		r.text = "<" + formatNumber(r.analyte.low)
	case pick < 4:
		r.text = ">" + formatNumber(r.analyte.high)
	case pick < 6:
		r.comma = true
	case pick < 11:
		r.unit = r.analyte.spelling
	case pick < 14:
		r.zoneless = true
	case pick < 15:
		r.text = "HOLD"
	case pick < 16:
		r.text = "-----"
	case pick < 19:
		// A qualitative test that most sites' tables lack.
		r.code, r.unit, r.text = "SARSCOV2", "", "Not detected"
		if f.rng.IntN(8) == 0 {
			r.text = "Detected"
		}
	}
}

func (f *fleet) drawControl(r *simReading) {
	i := f.rng.IntN(len(r.device.panel))
	a := r.device.panel[i]
	r.analyte, r.code, r.unit = a, a.code, a.unit
	r.level = 1 + f.rng.IntN(2)
	r.value = a.qc[r.level-1] * (1 + qcCV*f.rng.NormFloat64())
}

func (f *fleet) drawLog(r *simReading) {
	switch pick := f.rng.IntN(1000); {
	case pick < 900:
		r.event, r.message = "INFO", "self test passed"
	case pick < 975:
		r.event, r.message = "WARNING", "reagent level low"
	case pick < 998:
		r.event, r.message = "ERROR", "sample probe: clot detected"
	default:
		r.event, r.message = "CALIBRATION", "calibration accepted"
		r.device.calibrated = r.at
	}
}

func formatNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
