package web

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"labwatch/alerts"
)

type deviceJSON struct {
	Device   string         `json:"device"`
	Facility string         `json:"facility,omitzero"`
	LastSeen string         `json:"last_seen,omitzero"` // RFC 3339, UTC
	Records  int64          `json:"records"`
	Open     openAlertsJSON `json:"open_alerts"`

	Score     *float64 `json:"score,omitzero"`     // 0 to 1; none while it is not known
	Direction string   `json:"direction,omitzero"` // where it points
}

type openAlertsJSON struct {
	Info     int `json:"info"`
	Warning  int `json:"warning"`
	Critical int `json:"critical"`
}

type alertJSON struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	Device   string `json:"device"`
	Facility string `json:"facility,omitzero"`
	Series   string `json:"series,omitzero"`
	OpenedAt string `json:"opened_at,omitzero"` // RFC 3339, UTC
	Count    int    `json:"count"`
	severity alerts.Severity
	opened   int64
}

// devicesJSON lists the fleet by device.
func devicesJSON(fleet Fleet) []deviceJSON {
	list := []deviceJSON{}
	for _, d := range sortedFleet(fleet) {
		var score *float64
		if d.Scored {
			rounded := math.Round(1000*d.Score) / 1000
			score = &rounded
		}
		list = append(list, deviceJSON{
			Device: d.ID, Facility: d.Facility, LastSeen: timeText(d.LastSeen), Records: d.Records,
			Open:  openAlertsJSON{count(d, alerts.Info), count(d, alerts.Warning), count(d, alerts.Critical)},
			Score: score, Direction: d.Direction,
		})
	}
	return list
}

// alertsJSON lists the open alerts: the worst first, then the newest.
func alertsJSON(fleet Fleet) []alertJSON {
	list := []alertJSON{}
	for _, d := range sortedFleet(fleet) {
		for _, a := range d.Open {
			list = append(list, alertJSON{
				ID: a.ID, Severity: a.Severity.String(), Rule: a.Rule, Device: d.ID, Facility: d.Facility,
				Series: a.Series, OpenedAt: timeText(a.Opened), Count: a.Count, severity: a.Severity, opened: a.Opened,
			})
		}
	}
	slices.SortStableFunc(list, func(a, b alertJSON) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(b.opened, a.opened), cmp.Compare(a.ID, b.ID))
	})
	return list
}

func timeText(at int64) string {
	if at == 0 {
		return ""
	}
	return time.Unix(0, at).UTC().Format(time.RFC3339Nano)
}

// writeJSON answers with a value. Names that are no UTF-8 are shown with U+FFFD.
func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true), jsontext.EscapeForHTML(true))
	if err != nil { // no value of ours can do that
		http.Error(w, "encode the answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}
