package main

import "github.com/go-json-experiment/json/jsontext"

// monitoringReport is monitoring_report.json. The fields of the original's report keep their names.
type monitoringReport struct {
	GeneratedAt     string           `json:"generated_at"`
	GeneratedFrom   reportFacts      `json:"generated_from"`
	TotalSamples    int              `json:"total_samples"`
	SamplesByStatus []reportCount    `json:"samples_by_status"`
	CriticalSamples []criticalSample `json:"critical_samples"`
	AlertSummary    alertSummary     `json:"alert_summary"`
	Injected        []injectedJSON   `json:"injected"`
	FalseAlarms     []alertJSON      `json:"false_alarms"`
}

type reportFacts struct {
	Version      string  `json:"labwatch_version,omitzero"`
	Seed         uint64  `json:"seed"`
	Broker       string  `json:"broker,omitzero"`
	Records      int64   `json:"records_sent"`
	Messages     int     `json:"alert_messages"`
	GraceSeconds float64 `json:"match_grace_seconds"`
	Note         string  `json:"note,omitzero"`
}

// reportCount is one line of a count, in an order that says something.
type reportCount struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

type alertSummary struct {
	Opened     int           `json:"opened"`
	Resolved   int           `json:"resolved"`
	BySeverity []reportCount `json:"by_severity"` // the worst that each alert reached
	ByRule     []reportCount `json:"by_rule"`
	ByFacility []reportCount `json:"by_facility"`
}

type criticalSample struct {
	Number   int            `json:"sample"`
	ID       string         `json:"sample_id"`
	Device   string         `json:"device_id"`
	Facility string         `json:"facility_id"`
	Time     string         `json:"timestamp"`
	Channels []channelJSON  `json:"channels"`
	Score    jsontext.Value `json:"anomaly_score"`
	Status   string         `json:"status"`
}

type channelJSON struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

type injectedJSON struct {
	Kind        string         `json:"kind"`
	Device      string         `json:"device"`
	Series      []string       `json:"series"`
	From        string         `json:"from"`
	To          string         `json:"to"`
	Records     int            `json:"faulty_records"`
	First       string         `json:"first_faulty_record"`
	Caught      bool           `json:"caught"`
	CaughtBy    []string       `json:"caught_by"`
	Latency     jsontext.Value `json:"latency_seconds"`      // event time; null unless caught
	WallLatency jsontext.Value `json:"wall_latency_seconds"` // null when not known
	Summary     string         `json:"first_alert,omitzero"`
}

type alertJSON struct {
	ID       string `json:"id"`
	Opened   string `json:"opened_at"`
	Device   string `json:"device"`
	Facility string `json:"facility,omitzero"`
	Series   string `json:"series,omitzero"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
}
