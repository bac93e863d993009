package deliver

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"strconv"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"labwatch/alerts"
	"labwatch/record"
)

func decode64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func postedTo(t *testing.T, l *listener) (all [][]postedAlert) {
	t.Helper()
	for _, h := range l.heard() {
		var list []postedAlert
		if err := json.Unmarshal([]byte(h.body), &list); err != nil {
			t.Fatal(err)
		}
		if h.path != "/am/api/v2/alerts" {
			t.Errorf("posted to %s", h.path)
		}
		all = append(all, list)
	}
	return all
}

func ended(t *testing.T, p postedAlert) bool {
	t.Helper()
	begin, err1 := time.Parse(time.RFC3339Nano, p.StartsAt)
	end, err2 := time.Parse(time.RFC3339Nano, p.EndsAt)
	if err1 != nil || err2 != nil || end.Before(begin) {
		t.Errorf("from %s to %s", p.StartsAt, p.EndsAt)
	}
	return !end.After(time.Now())
}

func TestAlertmanagerHearsTheWholeLifeOfAnAlert(t *testing.T) {
	l := listen(t)
	c, _ := courier(t, SinkConfig{Type: "alertmanager", URL: l.URL + "/am/"}, time.Hour)
	take(t, c, published(0, alerts.Opened, alerts.Warning))
	take(t, c, published(1, alerts.Updated, alerts.Critical))
	c.Idle(context.Background())
	take(t, c, published(2, alerts.Resolved, alerts.Critical))
	c.refreshed = time.Time{}
	c.Idle(context.Background()) // nothing is open: nothing is said
	got := postedTo(t, l)
	if len(got) != 4 {
		t.Fatalf("%d requests, want 4: %v", len(got), got)
	}
	if len(got[0]) != 1 || ended(t, got[0][0]) || got[0][0].Labels["severity"] != "warning" || got[0][0].Labels["alertname"] != "Labwatch_zmean" {
		t.Errorf("opened: %v", got[0])
	}
	if len(got[1]) != 2 || ended(t, got[1][0]) || !ended(t, got[1][1]) || got[1][0].Labels["severity"] != "critical" || got[1][1].Labels["severity"] != "warning" {
		t.Errorf("got worse: %v", got[1])
	}
	if len(got[2]) != 1 || ended(t, got[2][0]) || got[2][0].Labels["severity"] != "critical" {
		t.Errorf("said again: %v", got[2])
	}
	if len(got[3]) != 1 || !ended(t, got[3][0]) {
		t.Errorf("resolved: %v", got[3])
	}
}

// A critical value is an event: it is said again for an hour, or until somebody looks after it, and not for ever. One that
// a correction finds critical again begins anew.
func TestACriticalValueLapses(t *testing.T) {
	of := func(sequence int, change alerts.Change, statistic string) []byte {
		return alerts.AppendJSON(nil, &alerts.Alert{ID: hex.EncodeToString(make([]byte, 16)), Sequence: sequence, Change: change,
			Rule: alerts.RuleCriticalValue, Severity: alerts.Critical, Device: "analyser-03", Kind: record.Result, Series: "2823-3",
			Subject: "r1", At: at, Opened: at, Evidence: alerts.NewEvidence(statistic)})
	}
	for name, c := range map[string]struct {
		messages [][]byte
		age      time.Duration // of the last of them
		firing   bool
	}{
		"new":            {[][]byte{of(0, alerts.Opened, alerts.StatValue)}, criticalFor - time.Minute, true},
		"old":            {[][]byte{of(0, alerts.Opened, alerts.StatValue)}, criticalFor + time.Minute, false},
		"looked after":   {[][]byte{of(0, alerts.Opened, alerts.StatValue), of(1, alerts.Updated, alerts.StatAcknowledged)}, 0, false},
		"taken back":     {[][]byte{of(0, alerts.Opened, alerts.StatValue), of(1, alerts.Resolved, alerts.StatValue)}, 0, false},
		"said again":     {[][]byte{of(0, alerts.Opened, alerts.StatValue), of(1, alerts.Updated, alerts.StatValue)}, criticalFor - time.Minute, true},
		"critical again": {[][]byte{of(0, alerts.Opened, alerts.StatValue), of(1, alerts.Updated, alerts.StatAcknowledged), of(2, alerts.Updated, alerts.StatValue)}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t)
			c1, _ := courier(t, SinkConfig{Type: "alertmanager", URL: l.URL + "/am"}, time.Hour)
			for _, value := range c.messages {
				if err := c1.Take(t.Context(), value, time.Now().Add(-c.age).UnixNano(), 0); err != nil {
					t.Fatal(err)
				}
			}
			said := postedTo(t, l)
			if last := said[len(said)-1][0]; ended(t, last) != (name == "looked after" || name == "taken back") {
				t.Errorf("it was posted as %+v", last)
			}
			c1.Idle(t.Context())
			if again := len(postedTo(t, l)) > len(said); again != c.firing {
				t.Errorf("said again: %v, want %v", again, c.firing)
			}
		})
	}
}

// What is said of an alert is said under the labels of its beginning, whatever the later message calls it, or its end
// would never meet the alert that fires.
func TestAnAlertKeepsItsLabels(t *testing.T) {
	l := listen(t)
	c, _ := courier(t, SinkConfig{Type: "alertmanager", URL: l.URL + "/am"}, time.Hour)
	for i, change := range []alerts.Change{alerts.Opened, alerts.Updated, alerts.Updated, alerts.Resolved} {
		a := alerts.Alert{ID: hex.EncodeToString(make([]byte, 16)), Sequence: i, Change: change, Rule: "limit", Severity: alerts.Warning,
			Device: "bath", Facility: "north", Kind: record.Telemetry, Series: "storage_temp_c", At: at, Opened: at,
			Evidence: alerts.NewEvidence(alerts.StatValue)}
		if i > 0 {
			a.Kind, a.Facility, a.Subject = record.Event, "south", "x"
		}
		take(t, c, alerts.AppendJSON(nil, &a))
		c.refreshed = time.Time{}
		c.Idle(t.Context())
	}
	got := postedTo(t, l)
	if len(got) != 7 {
		t.Fatalf("%d requests, want 7: each message, and the open alert after three of them", len(got))
	}
	for i, list := range got {
		if len(list) != 1 || !maps.Equal(list[0].Labels, got[0][0].Labels) {
			t.Errorf("request %d has %v, the first %v", i, list, got[0][0].Labels)
		}
	}
	if labels := got[0][0].Labels; labels["kind"] != "telemetry" || labels["facility"] != "north" {
		t.Errorf("the labels are %v", labels)
	}
}

func TestARestartKnowsWhatIsOpen(t *testing.T) {
	l := listen(t)
	c, _ := courier(t, SinkConfig{Type: "alertmanager", URL: l.URL + "/am"}, time.Hour)
	c.Past(published(0, alerts.Opened, alerts.Warning), at, 3)
	c.Idle(context.Background())
	if got := postedTo(t, l); len(got) != 0 { // its end may be the next that is read
		t.Fatalf("said again while the past was being read: %v", got)
	}
	c.past = time.Time{}
	c.Idle(context.Background())
	if got := postedTo(t, l); len(got) != 1 || len(got[0]) != 1 || ended(t, got[0][0]) {
		t.Fatalf("said again after a restart: %v", got)
	}
	c.Lost(3)
	c.refreshed = time.Time{}
	c.Idle(context.Background())
	if got := postedTo(t, l); len(got) != 1 {
		t.Errorf("said again what another instance looks after: %v", got[1:])
	}
}

// What an Alertmanager refuses is kept aside once, and does not keep it from hearing of all else that is open.
func TestARefusedAlertDoesNotSilenceTheOthers(t *testing.T) {
	l := listen(t, 400)
	c, aside := courier(t, SinkConfig{Type: "alertmanager", URL: l.URL + "/am"}, time.Hour)
	take(t, c, published(0, alerts.Opened, alerts.Warning))
	c.Idle(context.Background())
	if got := postedTo(t, l); len(aside.why) != 1 || len(got) != 1 {
		t.Errorf("%d aside, %d requests, want 1 and 1: what was refused was said again", len(aside.why), len(got))
	}

	l = listen(t, 400)
	c, _ = courier(t, SinkConfig{Type: "alertmanager", URL: l.URL + "/am"}, time.Hour)
	for i := range batch + 1 {
		m, err := parse(published(0, alerts.Opened, alerts.Warning), at, 0)
		if err != nil {
			t.Fatal(err)
		}
		c.told.states[strconv.Itoa(i)] = &m
	}
	c.Idle(context.Background())
	if got := postedTo(t, l); len(got) != 2 || len(got[0])+len(got[1]) != batch+1 {
		t.Errorf("%d requests after one was refused, want 2", len(got))
	}
	if up := c.stats.up.Get(); up != 1 {
		t.Errorf("up is %v of a sink that answers", up)
	}
}
