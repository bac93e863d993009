package deliver

import (
	"strconv"
	"testing"

	"labwatch/alerts"
)

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
				if got := heard.choose(m, c.least, c.updates); got != s.told {
					t.Errorf("step %d: told %v, want %v", i, got, s.told)
				}
			}
		})
	}
}

func TestBeyondTheBound(t *testing.T) {
	heard := newTold()
	say := func(id string, change alerts.Change) bool {
		return heard.choose(&Message{Alert: alerts.Alert{ID: id, Change: change, Severity: alerts.Warning}}, alerts.Info, false)
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

func TestLostPartitionIsForgotten(t *testing.T) {
	heard := newTold()
	for i, id := range []string{"a", "b"} {
		heard.choose(&Message{Partition: int32(i), Alert: alerts.Alert{ID: id, Change: alerts.Opened, Severity: alerts.Info}}, alerts.Info, true)
	}
	heard.drop(0)
	if open := heard.open(); len(open) != 1 || open[0].Alert.ID != "b" {
		t.Errorf("open after the loss of partition 0: %v", open)
	}
}
