package main

import (
	"cmp"
	"math"
	"slices"
	"time"

	"labwatch/alerts"
)

// reportInput is all that the demo's reports are made of: plain values, gathered while it ran.
type reportInput struct {
	Generated  time.Time
	Seed       uint64
	Broker     string // what was spoken to, such as "embedded broker at 127.0.0.1:9092"
	Version    string
	Records    int64 // raw messages that were sent, history included
	Samples    []reportSample
	ScoreLimit float64 // level from which a sample's score counts as anomalous; NaN when none applies
	Alerts     []reportAlert
	Injections []injection
	Grace      time.Duration // how long after its end an injection may still be found; see matchInjections
	Note       string        // anything the reader must know, such as an ephemeral key
}

// reportSample is one of the scenario's numbered telemetry samples, and what labwatch made of it.
type reportSample struct {
	Number   int // from 1
	ID       string
	Device   string
	Facility string
	Batch    string
	Time     int64                     // event time, nanoseconds since 1970 UTC
	Channels [len(simChannels)]float64 // as they were sent, error codes too
	Score    float64                   // isolation score, 0 to 1; NaN when there was none
	// Anomalous says that labwatch found something wrong with this sample: an alert, or a score in breach.
	Anomalous bool
}

// reportAlert is one alert message as a consumer received it.
type reportAlert struct {
	alerts.Alert
	Received int64 // wall clock, nanoseconds since 1970 UTC; 0 unknown
}

// The status of a sample, in the original's words.
const (
	statusOK       = "OK"
	statusWarning  = "WARNING"
	statusCritical = "CRITICAL_FAILURE"
)

// statuses in the order of their weight.
var statuses = [...]string{statusOK, statusWarning, statusCritical}

// status is the original's rule: CRITICAL_FAILURE when anomalous and more than 10 degrees from 4 Celsius or more than
// 1 from pH 7.2, WARNING when anomalous, else OK. An error code in the pH is far from 7.2, so it counts as critical.
func (s *reportSample) status() string {
	switch {
	case !s.Anomalous:
		return statusOK
	case math.Abs(s.Channels[chTemperature]-4) > 10 || math.Abs(s.Channels[chPH]-7.2) > 1:
		return statusCritical
	}
	return statusWarning
}

// markAnomalous marks the samples at whose time an alert of their device was opened or updated. Samples that are
// marked already stay so.
func markAnomalous(samples []reportSample, list []reportAlert) {
	type place struct {
		device string
		at     int64
	}
	struck := map[place]bool{}
	for _, a := range list {
		if a.Change == alerts.Opened || a.Change == alerts.Updated {
			struck[place{a.Device, a.At}] = true
		}
	}
	for i := range samples {
		s := &samples[i]
		s.Anomalous = s.Anomalous || struck[place{s.Device, s.Time}]
	}
}

// opened is the messages that opened an alert, one for each alert, in the order of their event time.
func opened(list []reportAlert) []reportAlert {
	var out []reportAlert
	seen := map[string]bool{}
	for _, a := range list {
		if a.Change == alerts.Opened && !seen[a.ID] {
			seen[a.ID] = true
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b reportAlert) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Device, b.Device), cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.ID, b.ID))
	})
	return out
}

// worst is the highest severity that an alert ever had.
func worst(list []reportAlert) map[string]alerts.Severity {
	out := map[string]alerts.Severity{}
	for _, a := range list {
		if a.Change == alerts.Opened || a.Change == alerts.Updated {
			out[a.ID] = max(out[a.ID], a.Severity)
		}
	}
	return out
}
