package deliver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"labwatch/alerts"
)

// alertmanager posts to the v2 API of a Prometheus Alertmanager. An Alertmanager keeps no alert over its own restart
// and ends one by itself when it is not said again in time; so what is open is said again every refreshEvery, and each
// time asked to be kept for keepFor.
type alertmanager struct{ post post }

// keepFor is how long an Alertmanager goes on with an alert when labwatch says nothing any more.
const keepFor = 4 * refreshEvery

// batch bounds the alerts of one request.
const batch = 100

type postedAlert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    string            `json:"startsAt"`
	EndsAt      string            `json:"endsAt"`
}

// Send implements Sink. An alert that got worse has another severity and so, in an Alertmanager, another identity:
// the former one ends with it.
func (s *alertmanager) Send(ctx context.Context, m *Message) error {
	now := time.Now()
	list := []postedAlert{posted(&m.Alert, m.called, now)}
	if m.before != 0 && m.before != m.Alert.Severity {
		former := m.Alert
		former.Severity, former.Change = m.before, alerts.Resolved
		list = append(list, posted(&former, m.called, now))
	}
	return s.say(ctx, list...)
}

// Refresh implements refresher. A request that is refused keeps none of the others from being made.
func (s *alertmanager) Refresh(ctx context.Context, open []*Message) error {
	var refused error
	for part := range slices.Chunk(open, batch) {
		list := make([]postedAlert, 0, len(part))
		for _, m := range part {
			list = append(list, posted(&m.Alert, m.called, time.Now()))
		}
		err := s.say(ctx, list...)
		if err != nil && !errors.Is(err, ErrRefused) {
			return err
		}
		refused = errors.Join(refused, err)
	}
	return refused
}

func (s *alertmanager) say(ctx context.Context, list ...postedAlert) error {
	body, err := json.Marshal(list, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encode alert: %w: %w", err, ErrRefused)
	}
	return s.post(ctx, "/api/v2/alerts", body, http.Header{})
}

// posted is an alert in Alertmanager's terms. Its labels are its identity there: they hold nothing that changes while
// the alert is open, but for the severity, by which users route. So they are those by which it was called first.
func posted(a *alerts.Alert, called naming, now time.Time) postedAlert {
	labels := map[string]string{"alertname": "Labwatch_" + a.Rule, "severity": a.Severity.String(), "rule": a.Rule, "kind": called.kind.String()}
	notes := map[string]string{"summary": a.Summary, "description": a.Action, "alert_id": a.ID, "sequence": strconv.Itoa(a.Sequence)}
	for name, value := range map[string]string{"device": a.Device, "facility": called.facility, "series": called.series, "subject": called.subject} {
		if value != "" { // an empty label is none
			labels[name] = value
		}
	}
	if a.Label != "" {
		notes["label"] = a.Label
	}
	p := postedAlert{Labels: labels, Annotations: notes}
	begin := time.Unix(0, a.Opened).UTC()
	if begin.After(now) { // an instrument's clock ahead of ours
		begin = now.UTC()
	}
	end := now.Add(keepFor).UTC()
	if over(a) {
		end = now.UTC()
	}
	p.StartsAt, p.EndsAt = begin.Format(time.RFC3339Nano), end.Format(time.RFC3339Nano)
	return p
}
