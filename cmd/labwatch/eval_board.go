package main

import (
	"bytes"
	"fmt"
	"math"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// evalBoard is a scoreboard.
type evalBoard struct {
	Mode           string     `json:"mode"` // nab, tabular, stream or changes
	Seed           uint64     `json:"seed"`
	FalseAlarmRate figure     `json:"false_alarm_rate"` // of the columns at a fixed rate
	Sets           []evalItem `json:"sets"`
	Summary        *evalItem  `json:"summary,omitzero"` // all sets together, where that means something
}

// evalItem is one set. Its own figures are those of the forest for a table, of evalCombined for a stream.
type evalItem struct {
	Name             string    `json:"name"`
	Records          int       `json:"records"`
	Channels         int       `json:"channels,omitzero"`
	Anomalies        int       `json:"anomalies"` // records
	Events           int       `json:"events"`    // runs of them, or windows
	AUC              figure    `json:"auc"`
	RecordsPerSecond figure    `json:"records_per_second"` // all detectors together, learning included
	Rows             []evalRow `json:"rows"`
}

// evalRow is one line: what a detector, or somebody who knows nothing, achieved.
type evalRow struct {
	Detector    string `json:"detector"`
	Scored      int    `json:"scored"` // records for which it was ready
	AUC         figure `json:"auc"`
	AUCSD       figure `json:"auc_sd"`        // over seeds
	Prequential figure `json:"prequential"`   // AUC, each record scored before it is learned
	F1AtRate    figure `json:"f1_at_rate"`    // at the fixed false-alarm rate
	FoundAtRate figure `json:"found_at_rate"` // share of events
	DelayAtRate figure `json:"delay_at_rate"` // median, seconds; records where there are no times
	F1          figure `json:"f1"`            // at its own limit, as the rest
	FAR         figure `json:"false_alarm_share"`
	MAR         figure `json:"missed_share"`
	Found       figure `json:"found"`
	Delay       figure `json:"delay"`
	FalseADay   figure `json:"false_alerts_a_day"` // for 1,000 normal records where there are no times
	FalseAlarms figure `json:"false_alarms"`       // of a stream with known changes
	Standard    figure `json:"nab_standard"`       // of the score from 0 to 1, told once
	LowFP       figure `json:"nab_low_fp"`
	LowFN       figure `json:"nab_low_fn"`
	Raw         figure `json:"nab_raw_standard"` // of the detector's scores as they are
	RawLowFP    figure `json:"nab_raw_low_fp"`
	RawLowFN    figure `json:"nab_raw_low_fn"`
}

// unknownRow has no figure yet.
func unknownRow(name string) evalRow {
	no := figure(math.NaN())
	return evalRow{Detector: name, AUC: no, AUCSD: no, Prequential: no, F1AtRate: no, FoundAtRate: no, DelayAtRate: no,
		F1: no, FAR: no, MAR: no, Found: no, Delay: no, FalseADay: no, FalseAlarms: no, Standard: no, LowFP: no, LowFN: no,
		Raw: no, RawLowFP: no, RawLowFN: no}
}

// figure is a number that may be undefined (NaN): null in JSON, "-" for people.
type figure float64

// MarshalJSON writes four significant figures more than are worth reading, so that files can be compared.
func (f figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, "%.8g", float64(f)), nil
}

func (f figure) text(format string) string {
	if math.IsNaN(float64(f)) {
		return "-"
	}
	return fmt.Sprintf(format, float64(f))
}

func (b *evalBoard) encode() ([]byte, error) {
	var out bytes.Buffer
	if err := json.MarshalWrite(&out, b, jsontext.WithIndent("  ")); err != nil {
		return nil, fmt.Errorf("encode scoreboard: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// row scores a track against the truth.
func (t *evalTruth) row(track *evalTrack) evalRow {
	r := unknownRow(track.name)
	r.Scored = track.ready()
	r.AUC = figure(auc(track.scores, t.anomaly))
	least := thresholdAt(evalFAR, track.scores, t.anomaly)
	above := func(i int) bool { return track.scores[i] >= least }
	own := func(i int) bool { return track.alarm[i] }
	c := confusion(own, t.anomaly)
	r.F1, r.FAR, r.MAR = figure(c.f1()), figure(c.far()), figure(c.mar())
	r.FalseADay = figure(t.falseAlerts(track.opened))
	r.F1AtRate = figure(confusion(above, t.anomaly).f1())
	r.FoundAtRate, r.DelayAtRate = t.found(above)
	r.Found, r.Delay = t.found(own)
	return r
}

// found is the share of events with an alarm, and the median delay.
func (t *evalTruth) found(alarm func(i int) bool) (part, delay figure) {
	d := t.delays(alarm)
	return figure(share(len(d), len(t.events))), figure(median(d))
}

// item heads a set's rows; auc is that of the named row.
func (t *evalTruth) item(name string, rows []evalRow, of string) evalItem {
	it := evalItem{Name: name, Records: len(t.anomaly), Events: len(t.events), AUC: figure(math.NaN()), Rows: rows}
	for _, anomaly := range t.anomaly {
		if anomaly {
			it.Anomalies++
		}
	}
	for _, r := range rows {
		if r.Detector == of {
			it.AUC = r.AUC
		}
	}
	return it
}
