package main

import (
	"math"
	"slices"
	"strings"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// outcome is what became of one injection.
type outcome struct {
	injection
	Caught      bool
	CaughtBy    []string // rules, in the order in which they spoke
	Latency     float64  // seconds of event time from the first faulty record to the first alert; NaN unless caught
	WallLatency float64  // seconds of wall clock from sending that record to receiving the alert; NaN if unknown
	Alerts      []reportAlert
}

// matchInjections holds the alerts that were opened against the injections, in their order, and returns the alerts
// that no injection explains: the false alarms.
//
// An injection explains an alert when their devices are the same, their series are the same (a rule about the
// device as a whole, or about a group of channels, needs the device only), and the alert's event time lies from the
// first faulty record to grace after the last one, or the window that the alert speaks of holds a faulty record:
// twenty-four readings reach further back than grace. Silence and faults of other kinds never explain each other. If
// several injections explain one alert, it is put down to the one that began last.
func matchInjections(list []reportAlert, injections []injection, grace time.Duration) ([]outcome, []reportAlert) {
	outcomes := make([]outcome, len(injections))
	for i, in := range injections {
		outcomes[i] = outcome{injection: in, Latency: math.NaN(), WallLatency: math.NaN()}
	}
	var unexplained []reportAlert
	for _, a := range opened(list) {
		best := -1
		for i := range injections {
			if !explains(&injections[i], &a, grace) {
				continue
			}
			if best < 0 || injections[i].From > injections[best].From {
				best = i
			}
		}
		if best < 0 {
			unexplained = append(unexplained, a)
			continue
		}
		outcomes[best].credit(a)
	}
	return outcomes, unexplained
}

func (o *outcome) credit(a reportAlert) {
	if !o.Caught { // alerts come in the order of event time
		o.Latency = float64(a.At-o.From) / 1e9
	}
	o.Caught = true
	if !slices.Contains(o.CaughtBy, a.Rule) {
		o.CaughtBy = append(o.CaughtBy, a.Rule)
	}
	o.Alerts = append(o.Alerts, a)
	if o.Sent != 0 && a.Received != 0 {
		if wall := float64(a.Received-o.Sent) / 1e9; math.IsNaN(o.WallLatency) || wall < o.WallLatency {
			o.WallLatency = wall
		}
	}
}

func explains(in *injection, a *reportAlert, grace time.Duration) bool {
	over := a.At > in.To+int64(grace) && !(a.Evidence.Since > 0 && a.Evidence.Since <= in.To)
	if a.Device != in.Device || a.At < in.From || over {
		return false
	}
	if (a.Rule == alerts.RuleSilent) != (in.Kind == "silent") {
		return false
	}
	return in.Kind == "silent" || ofWholeDevice(a) || sameSeries(in, a)
}

// sameSeries says whether the alert is about one of the series that the injection hit: the patients' results of a
// test, its controls, or a channel.
func sameSeries(in *injection, a *reportAlert) bool {
	for _, s := range in.Series {
		if a.Series == s || strings.HasPrefix(a.Series, "qc/"+s+"/") {
			return true
		}
	}
	return false
}

// ofWholeDevice says whether the alert is about more than one series: it names none, or a group of channels.
func ofWholeDevice(a *reportAlert) bool {
	return a.Series == "" || a.Kind == record.Telemetry && channelIndex(a.Series) < 0
}
