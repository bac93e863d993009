package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"labwatch/record"
	"labwatch/stream/kafka"
)

// publishedRecord is what an explanation takes from a record as it was published.
type publishedRecord struct {
	Kind   string        `json:"kind"`
	Device string        `json:"device"`
	Origin record.Origin `json:"origin"`
	Time   time.Time     `json:"time"`
	Test   struct {
		Local string `json:"local"`
		LOINC string `json:"loinc"`
	} `json:"test"`
	QC struct {
		Level string `json:"level"`
	} `json:"qc"`
	Unit  string `json:"unit"`
	Value struct {
		Comparator string   `json:"comparator"`
		Number     *float64 `json:"number"`
		Text       string   `json:"text"`
	} `json:"value"`
	Log struct {
		Event string `json:"event"`
		Lot   string `json:"lot"`
	} `json:"log"`
	Channels []struct {
		Name  string   `json:"name"`
		Value *float64 `json:"value"`
		Flags []string `json:"flags"`
	} `json:"channels"`
	Flags  []string `json:"flags"`
	Scores []struct {
		Detector string   `json:"detector"`
		Series   string   `json:"series"`
		Score    *float64 `json:"score"`
		Limit    *float64 `json:"limit"`
	} `json:"scores"`
}

// evidentReading is one line of an explanation: a reading of the alert's series, or an event of its device.
type evidentReading struct {
	origin       record.Origin
	at           time.Time
	event        string // of an entry in the device's log, else empty
	comparator   string
	value        *float64
	text         string
	score, limit *float64 // of the alert's rule
	flags        []string
}

// readingsAround collects what was published of the alert's device and series while it was open and before.
func (a *asking) readingsAround(ctx context.Context, told []toldAlert, before time.Duration) ([]evidentReading, error) {
	first, last := told[0], told[len(told)-1]
	var list []evidentReading
	err := a.scan(ctx, a.env.Topics.Records, first.published.Add(-before), func(f kafka.Found) error {
		if string(f.Key) != first.Device || time.Unix(0, f.At).After(last.published.Add(time.Minute)) {
			return nil
		}
		var r publishedRecord
		if err := json.Unmarshal(f.Value, &r, json.MatchCaseInsensitiveNames(true)); err != nil || r.Device != first.Device {
			return nil //nolint:nilerr // none of ours
		}
		if e, ok := evidence(&r, first.Series, first.Rule); ok {
			list = append(list, e)
		}
		return nil
	})
	slices.SortStableFunc(list, func(x, y evidentReading) int { return x.at.Compare(y.at) })
	return list, err
}

// evidence is what a record says of a series; an empty series is the device as a whole.
func evidence(r *publishedRecord, series, rule string) (e evidentReading, ok bool) {
	e = evidentReading{origin: r.Origin, at: r.Time, comparator: r.Value.Comparator, value: r.Value.Number, text: r.Value.Text, flags: r.Flags}
	if r.Kind == record.Event.String() {
		e.event = strings.TrimSpace(r.Log.Event + " " + r.Log.Lot)
		return e, true
	}
	of := record.Record{Kind: record.Result, Test: record.Test{Local: r.Test.Local, LOINC: r.Test.LOINC}, Unit: r.Unit}
	if r.Kind == record.Control.String() {
		of.Kind, of.Level = record.Control, r.QC.Level
	}
	ok = series == "" || of.Series() == series || of.Measurand() == series // a plain rule's name has neither unit nor lot
	for _, c := range r.Channels {
		if c.Name == series {
			e.value, e.flags, ok = c.Value, append(e.flags, c.Flags...), true
		}
	}
	for _, s := range r.Scores {
		if s.Series == series {
			ok = true
			if s.Detector == rule {
				e.score, e.limit = s.Score, s.Limit
			}
		}
	}
	return e, ok
}
