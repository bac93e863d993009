package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"labwatch/alerts"
)

// writeDashboardData writes dashboard_data.csv: one row a sample, as it was sent, with what labwatch made of it.
func writeDashboardData(w io.Writer, in *reportInput) error {
	rows := [][]string{{"sample", "sample_id", "device_id", "facility_id", "batch_id", "timestamp"}}
	for _, c := range simChannels {
		rows[0] = append(rows[0], c.name)
	}
	rows[0] = append(rows[0], "anomaly_score", "is_anomaly", "status")
	for i := range in.Samples {
		s := &in.Samples[i]
		row := []string{strconv.Itoa(s.Number), s.ID, s.Device, s.Facility, s.Batch, utc(s.Time)}
		for j, v := range s.Channels {
			decimals := simChannels[j].decimals
			if v == errorCode {
				decimals = 0
			}
			row = append(row, strconv.FormatFloat(v, 'f', decimals, 64))
		}
		row = append(row, csvNumber(s.Score), strconv.FormatBool(s.Anomalous), s.status())
		rows = append(rows, row)
	}
	return writeCSV(w, "dashboard data", rows)
}

// writeCriticalAlerts writes critical_alerts.csv: one row for each alert that was critical at any time, with the
// numbers of its worst message and the injection that explains it, if one does.
func writeCriticalAlerts(w io.Writer, in *reportInput) error {
	rows := [][]string{{"opened_at", "device_id", "facility_id", "series", "rule", "severity", "statistic", "score",
		"threshold", "value", "unit", "summary", "action", "alert_id", "injected"}}
	cause := map[string]string{}
	outcomes, _ := matchInjections(in.Alerts, in.Injections, in.Grace)
	for _, o := range outcomes {
		for _, a := range o.Alerts {
			cause[a.ID] = o.Kind
		}
	}
	// The message that made an alert critical says best what was found.
	critical := map[string]reportAlert{}
	for _, a := range in.Alerts {
		if _, seen := critical[a.ID]; !seen && a.Severity == alerts.Critical && a.Change != alerts.Resolved {
			critical[a.ID] = a
		}
	}
	for _, first := range opened(in.Alerts) {
		a, ok := critical[first.ID]
		if !ok {
			continue
		}
		e := &a.Evidence
		rows = append(rows, []string{utc(first.At), a.Device, a.Facility, a.Series, a.Rule, a.Severity.String(),
			e.Statistic, csvNumber(e.Score), csvNumber(e.Threshold), csvNumber(e.Value), a.Unit, a.Summary, a.Action,
			a.ID, cause[a.ID]})
	}
	return writeCSV(w, "critical alerts", rows)
}

// csvNumber leaves a missing number empty and rounds the others to four decimals.
func csvNumber(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return formatNumber(math.Round(v*1e4) / 1e4)
}

func writeCSV(w io.Writer, what string, rows [][]string) error {
	c := csv.NewWriter(w)
	if err := c.WriteAll(rows); err != nil { // flushes
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}
