package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"labwatch/alerts"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// newMonitoringReport computes the report from its input.
func newMonitoringReport(in *reportInput) monitoringReport {
	outcomes, unexplained := matchInjections(in.Alerts, in.Injections, in.Grace)
	r := monitoringReport{
		GeneratedAt: in.Generated.UTC().Format(time.RFC3339),
		GeneratedFrom: reportFacts{Version: in.Version, Seed: in.Seed, Broker: in.Broker, Records: in.Records,
			Messages: len(in.Alerts), GraceSeconds: in.Grace.Seconds(), Note: in.Note},
		TotalSamples: len(in.Samples),
		AlertSummary: summarize(in.Alerts),
		// Empty lists are written as [], so that nobody takes "none" for "not looked for".
		CriticalSamples: []criticalSample{}, Injected: []injectedJSON{}, FalseAlarms: []alertJSON{},
	}
	byStatus := newTally(statuses[:]...)
	for i := range in.Samples {
		s := &in.Samples[i]
		byStatus.add(s.status())
		if s.status() == statusCritical {
			r.CriticalSamples = append(r.CriticalSamples, s.critical())
		}
	}
	r.SamplesByStatus = byStatus.counts
	for _, o := range outcomes {
		j := injectedJSON{Kind: o.Kind, Device: o.Device, Series: o.Series, From: utc(o.From), To: utc(o.To),
			Records: o.Count, First: o.First, Caught: o.Caught, CaughtBy: o.CaughtBy,
			Latency: numberOrNull(o.Latency), WallLatency: numberOrNull(o.WallLatency)}
		if o.Caught {
			j.Summary = o.Alerts[0].Summary
		}
		r.Injected = append(r.Injected, j)
	}
	worstOf := worst(in.Alerts)
	for _, a := range unexplained {
		r.FalseAlarms = append(r.FalseAlarms, alertJSON{ID: a.ID, Opened: utc(a.At), Device: a.Device,
			Facility: a.Facility, Series: a.Series, Rule: a.Rule, Severity: worstOf[a.ID].String(), Summary: a.Summary})
	}
	return r
}

func summarize(list []reportAlert) alertSummary {
	severities := newTally(alerts.Critical.String(), alerts.Warning.String(), alerts.Info.String())
	rules, sites := newTally(), newTally()
	worstOf := worst(list)
	s := alertSummary{}
	for _, a := range opened(list) {
		s.Opened++
		severities.add(worstOf[a.ID].String())
		rules.add(a.Rule)
		sites.add(siteName(a.Facility))
	}
	closed := map[string]bool{}
	for _, a := range list {
		if a.Change == alerts.Resolved {
			closed[a.ID] = true
		}
	}
	s.Resolved = len(closed)
	s.BySeverity, s.ByRule, s.ByFacility = severities.counts, rules.sorted(), sites.sorted()
	return s
}

func siteName(facility string) string {
	if facility == "" {
		return "unknown"
	}
	return facility
}

func (s *reportSample) critical() criticalSample {
	c := criticalSample{Number: s.Number, ID: s.ID, Device: s.Device, Facility: s.Facility, Time: utc(s.Time),
		Score: numberOrNull(s.Score), Status: s.status()}
	for i, v := range s.Channels {
		c.Channels = append(c.Channels, channelJSON{simChannels[i].name, v})
	}
	return c
}

// numberOrNull writes a number that may be missing.
func numberOrNull(v float64) jsontext.Value {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return jsontext.Value("null")
	}
	// Milliseconds of a latency and thousandths of a score are all that means anything.
	return jsontext.Value(formatNumber(math.Round(v*1000) / 1000))
}

// writeMonitoringReport writes monitoring_report.json.
func writeMonitoringReport(w io.Writer, in *reportInput) error {
	if err := json.MarshalWrite(w, newMonitoringReport(in), jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("write monitoring report: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// seriesText is a list of series for people.
func seriesText(series []string) string {
	if len(series) == 0 {
		return "(device)"
	}
	return strings.Join(series, " + ")
}
