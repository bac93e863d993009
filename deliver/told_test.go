package deliver

import (
	"strconv"
	"testing"
	"time"

	"labwatch/alerts"
)

// hear chooses and delivers at once.
func hear(to *told, m *Message, least alerts.Severity, updates bool) bool {
	chosen := to.choose(m, least, updates)
	if chosen {
		to.note(m)
	}
	return chosen
}

// critical is a critical value that was published at.
func critical(id string, at int64, partition int32) *Message {
	return &Message{ID: id + ".0", At: at, Partition: partition, Alert: alerts.Alert{ID: id, Change: alerts.Opened, Rule: alerts.RuleCriticalValue,
		Severity: alerts.Critical}}
}

func TestChoose(t *testing.T) {
	type step struct {
		change   alerts.Change
		severity alerts.Severity
		told     bool
	}
	for name, c := range map[string]struct {
		least   alerts.Severity
		updates bool
		steps   []step
	}{
		"beginning and end, no updates": {alerts.Info, false, []step{
			{alerts.Opened, alerts.Warning, true}, {alerts.Updated, alerts.Warning, false}, {alerts.Resolved, alerts.Warning, true}}},
		"updates where they are asked for": {alerts.Info, true, []step{
			{alerts.Opened, alerts.Warning, true}, {alerts.Updated, alerts.Warning, true}, {alerts.Resolved, alerts.Warning, true}}},
		"a rise is always said": {alerts.Info, false, []step{
			{alerts.Opened, alerts.Warning, true}, {alerts.Updated, alerts.Critical, true}, {alerts.Updated, alerts.Critical, false}}},
		"a rise to the asked severity is the beginning": {alerts.Critical, false, []step{
			{alerts.Opened, alerts.Warning, false}, {alerts.Updated, alerts.Critical, true}, {alerts.Resolved, alerts.Critical, true}}},
		"nobody hears the end of what he was not told": {alerts.Critical, false, []step{
			{alerts.Opened, alerts.Warning, false}, {alerts.Resolved, alerts.Warning, false}}},
		"an update whose beginning is older than the topic": {alerts.Info, false, []step{
			{alerts.Updated, alerts.Warning, true}, {alerts.Updated, alerts.Warning, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			heard := newTold()
			for i, s := range c.steps {
				m := &Message{Alert: alerts.Alert{ID: "a", Change: s.change, Severity: s.severity}}
				if got := hear(heard, m, c.least, c.updates); got != s.told {
					t.Errorf("step %d: told %v, want %v", i, got, s.told)
				}
			}
		})
	}
}

func TestBeyondTheBound(t *testing.T) {
	heard := newTold()
	say := func(id string, change alerts.Change) bool {
		return hear(heard, &Message{Alert: alerts.Alert{ID: id, Change: change, Severity: alerts.Warning}}, alerts.Info, false)
	}
	for i := range maxTold {
		say(strconv.Itoa(i), alerts.Opened)
	}
	if !say("beyond", alerts.Opened) || !say("beyond", alerts.Updated) || say("beyond", alerts.Resolved) {
		t.Error("an alert beyond the bound is not told each time, or its end is")
	}
	if !say("0", alerts.Resolved) || !say("next", alerts.Opened) || !say("next", alerts.Resolved) {
		t.Error("an end that was told makes no room for another alert")
	}
}

// Nothing ends a critical value, so in time there are more of them than room: the newest are remembered, and no other
// alert feels it.
func TestCriticalValuesTakeNoRoom(t *testing.T) {
	heard := newTold()
	for i := range maxTold + 1 {
		if !hear(heard, critical(strconv.Itoa(i), int64(i), 0), alerts.Info, false) {
			t.Fatalf("critical value %d was not told", i)
		}
	}
	for i, change := range []alerts.Change{alerts.Opened, alerts.Updated, alerts.Resolved} {
		m := &Message{Alert: alerts.Alert{ID: "drift", Change: change, Severity: alerts.Warning}}
		if told := hear(heard, m, alerts.Info, false); told != (change != alerts.Updated) {
			t.Errorf("message %d of an alert behind many critical values: told %v", i, told)
		}
	}
	for i, want := range map[int]bool{maxTold: true, maxTold + 1 - maxCriticals: true, maxTold - maxCriticals: false} {
		m := critical(strconv.Itoa(i), 0, 0)
		m.Alert.Change = alerts.Resolved
		if told := hear(heard, m, alerts.Info, false); told != want {
			t.Errorf("that critical value %d was taken back: told %v, want %v", i, told, want)
		}
	}
	if n := len(heard.criticals); n != maxCriticals-2 {
		t.Errorf("%d critical values are remembered, want %d", n, maxCriticals-2)
	}
}

// What is remembered of a message for as long as its alert is open keeps nothing of what Kafka sent.
func TestWhatIsToldKeepsNoMessage(t *testing.T) {
	l := listen(t)
	c, _ := courier(t, SinkConfig{Type: "alertmanager", URL: l.URL + "/am"}, time.Hour)
	take(t, c, published(0, alerts.Opened, alerts.Warning))
	again, _ := courier(t, SinkConfig{Type: "alertmanager", URL: l.URL + "/am"}, time.Hour)
	again.Past(published(0, alerts.Opened, alerts.Warning), at, 0)
	for name, c := range map[string]*Courier{"taken": c, "of a former run": again} {
		open := c.told.open(time.Now())
		if len(open) != 1 {
			t.Fatalf("%s: %d are remembered, want 1", name, len(open))
		}
		if open[0].JSON != nil {
			t.Errorf("%s: %q is remembered", name, open[0].JSON)
		}
	}
}

func TestLostPartitionIsForgotten(t *testing.T) {
	heard := newTold()
	for i, id := range []string{"a", "b"} {
		hear(heard, &Message{Partition: int32(i), Alert: alerts.Alert{ID: id, Change: alerts.Opened, Severity: alerts.Info}}, alerts.Info, true)
		hear(heard, critical("c"+id, 0, int32(i)), alerts.Info, true)
	}
	heard.drop(0)
	if len(heard.criticals) != 1 || heard.criticals[0].Alert.ID != "cb" {
		t.Errorf("critical values after the loss of partition 0: %v", heard.criticals)
	}
	if open := heard.open(time.Now()); len(open) != 1 || open[0].Alert.ID != "b" {
		t.Errorf("open after the loss of partition 0: %v", open)
	}
}
