package alerts

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"labwatch/record"
)

// ParseJSON reads the published form back. Fields that it does not know are passed over, so that a newer writer
// of the same schema can be read; another schema is an error. What the message leaves out is zero, or NaN for
// the numbers of the evidence.
func ParseJSON(data []byte) (Alert, error) {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return Alert{}, fmt.Errorf("read alert: %w", err)
	}
	if m.Schema != Schema {
		return Alert{}, fmt.Errorf("read alert: schema %q is not %q", m.Schema, Schema)
	}
	if b, err := hex.DecodeString(m.ID); err != nil || len(b) != len(ID{}) {
		return Alert{}, fmt.Errorf("read alert: id %q is not 32 hexadecimal digits", m.ID)
	}
	a := Alert{
		ID: m.ID, Sequence: m.Sequence, Rule: m.Rule, Severity: m.Severity, Device: m.Device, Facility: m.Facility,
		Series: m.Series, Label: m.Label, Test: m.Test, Unit: m.Unit, At: nanoseconds(m.At),
		Opened: nanoseconds(m.OpenedAt), Origin: m.Origin, Subject: m.Subject, Evidence: m.Evidence.evidence(),
		Summary: m.Summary, Action: m.Action, Acknowledged: nanoseconds(m.AcknowledgedAt), AcknowledgedBy: m.AcknowledgedBy,
	}
	if m.DeviceScore != nil {
		a.DeviceScore = record.Standing{Score: *m.DeviceScore, Direction: m.DeviceDirection, Known: true}
	}
	for _, c := range [...]Change{Opened, Updated, Resolved} {
		if c.String() == m.State {
			a.Change = c
		}
	}
	if a.Change == Quiet {
		return Alert{}, fmt.Errorf("read alert: state %q is none of opened, updated, resolved", m.State)
	}
	for _, k := range append(kinds(), record.Tick) {
		if k.String() == m.Kind {
			a.Kind = k
		}
	}
	if a.Kind == 0 {
		return Alert{}, fmt.Errorf("read alert: kind %q is not known", m.Kind)
	}
	return a, nil
}

// message is the published form. encoding/json finds Test and Origin by their fields' names in any case.
type message struct {
	Schema   string        `json:"schema"`
	ID       string        `json:"id"`
	Sequence int           `json:"sequence"`
	State    string        `json:"state"`
	Rule     string        `json:"rule"`
	Severity Severity      `json:"severity"`
	Device   string        `json:"device"`
	Facility string        `json:"facility"`
	Kind     string        `json:"kind"`
	Series   string        `json:"series"`
	Label    string        `json:"label"`
	Test     record.Test   `json:"test"`
	Unit     string        `json:"unit"`
	At       time.Time     `json:"at"`
	OpenedAt time.Time     `json:"opened_at"`
	Origin   record.Origin `json:"origin"`
	Subject  string        `json:"subject"`
	Evidence evidence      `json:"evidence"`
	Summary  string        `json:"summary"`

	AcknowledgedAt time.Time `json:"acknowledged_at"`
	AcknowledgedBy string    `json:"acknowledged_by"`

	Action string `json:"action"`

	DeviceScore     *float32 `json:"device_score"`
	DeviceDirection string   `json:"device_direction"`
}

type evidence struct {
	Statistic  string    `json:"statistic"`
	Score      *float64  `json:"score"`
	Threshold  *float64  `json:"threshold"`
	Peak       *float64  `json:"peak"`
	Baseline   moments   `json:"baseline"`
	Current    moments   `json:"current"`
	RunLength  float64   `json:"arl0"`
	Readings   float64   `json:"readings_a_day"`
	Correlated float64   `json:"correlation"`
	Thinned    int       `json:"thinned"`
	P          float64   `json:"conformal_p"`
	Channels   []channel `json:"channels"`
	Value      *float64  `json:"value"`
	Comparator string    `json:"comparator"`
	Values     []float64 `json:"values"`
	Low        *float64  `json:"low"`
	High       *float64  `json:"high"`
	FirstSeen  time.Time `json:"first_seen"`
	Count      int       `json:"count"`
	Direction  string    `json:"direction"`
}

type channel struct {
	Name      string  `json:"name"`
	Share     float64 `json:"share"`
	Direction string  `json:"direction"`
}

type moments struct {
	Mean  *float64  `json:"mean"`
	SD    *float64  `json:"sd"`
	N     int       `json:"n"`
	Since time.Time `json:"since"`
}

func (m *evidence) evidence() Evidence {
	e := Evidence{
		Statistic: m.Statistic, Score: orNaN(m.Score), Threshold: orNaN(m.Threshold), Peak: orNaN(m.Peak),
		BaselineMean: orNaN(m.Baseline.Mean), BaselineSD: orNaN(m.Baseline.SD), BaselineN: m.Baseline.N,
		CurrentMean: orNaN(m.Current.Mean), CurrentSD: orNaN(m.Current.SD), CurrentN: m.Current.N,
		RunLength: m.RunLength, ReadingsADay: m.Readings, Correlation: m.Correlated, Thinned: m.Thinned,
		Since: nanoseconds(m.Current.Since), Value: orNaN(m.Value), Comparator: m.Comparator, Values: m.Values,
		Low: orNaN(m.Low), High: orNaN(m.High), FirstSeen: nanoseconds(m.FirstSeen), Count: m.Count,
	}
	e.P, e.Direction = m.P, sideOf(m.Direction)
	for _, c := range m.Channels {
		e.Channels = append(e.Channels, ChannelPart{c.Name, c.Share, sideOf(c.Direction)})
	}
	return e
}

func sideOf(direction string) int {
	switch direction {
	case "high":
		return 1
	case "low":
		return -1
	}
	return 0
}

func orNaN(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// nanoseconds is 0 for a time that was not given.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
