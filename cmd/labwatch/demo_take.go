package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"labwatch/alerts"
)

// takeAlert notes an alert message and shows one that opens or gets worse.
func (d *demo) takeAlert(m kafka.Message) {
	a, err := alerts.ParseJSON(m.Value)
	if err != nil {
		fmt.Fprintf(d.stdout, "an alert that cannot be read: %v\n", err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.report.Alerts = append(d.report.Alerts, reportAlert{Alert: a, Received: time.Now().UnixNano()})
	if a.Change == alerts.Opened {
		fmt.Fprintf(d.stdout, "  %-8s  %s\n", a.Severity, a.Summary)
	}
}

// demoRecord is what the demo reads of a published record.
type demoRecord struct {
	Kind     string `json:"kind"`
	ID       string `json:"id"`
	Channels []struct {
		Flags []string `json:"flags"`
	} `json:"channels"`
	Scores []struct {
		Detector string   `json:"detector"`
		Score    *float64 `json:"score"`
		Limit    *float64 `json:"limit"`
	} `json:"scores"`
}

// judgement is what labwatch thought of one telemetry sample by itself: its isolation score, NaN when there is none,
// and whether the sample is anomalous: an error code, or a single-sample score in breach. Window scores speak of many
// samples and do not count.
type judgement struct {
	isolation, limit float64
	anomalous        bool
}

func (r *demoRecord) judge() judgement {
	j := judgement{isolation: math.NaN(), limit: math.NaN()}
	for _, c := range r.Channels {
		j.anomalous = j.anomalous || slices.Contains(c.Flags, "error_code")
	}
	for _, s := range r.Scores {
		if s.Score == nil || s.Limit == nil || s.Detector != "iforest" && s.Detector != "zscore" {
			continue
		}
		j.anomalous = j.anomalous || *s.Score >= *s.Limit
		if s.Detector == "iforest" {
			j.isolation, j.limit = *s.Score, *s.Limit
		}
	}
	return j
}

// takeRecord counts a judged record and keeps what it says of a telemetry sample.
func (d *demo) takeRecord(m kafka.Message) {
	var r demoRecord
	err := json.Unmarshal(m.Value, &r)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen++
	if err != nil {
		fmt.Fprintf(d.stdout, "a record that cannot be read: %v\n", err)
		return
	}
	if r.Kind == "telemetry" {
		d.samples[r.ID] = r.judge()
	}
}

// score gives the numbered samples what labwatch thought of them.
func (d *demo) score() {
	d.report.ScoreLimit = math.NaN()
	for i := range d.report.Samples {
		s := &d.report.Samples[i]
		if j, ok := d.samples[s.ID]; ok {
			s.Score, s.Anomalous, d.report.ScoreLimit = j.isolation, j.anomalous, j.limit
		}
	}
}
