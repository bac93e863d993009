package main

import (
	"strings"
	"testing"

	"labwatch/alerts"
)

// TestE2EExplain asks for the reasons of the demo's drifting analyser, and of an alert that nobody raised.
func TestE2EExplain(t *testing.T) {
	l := newLab(t, false)
	p := l.run()
	messages := scene()
	l.send(messages, 20_000, nil)
	l.waitRecords(len(messages))
	if err := p.stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	var drift alerts.Alert
	for _, rs := range l.committed(l.topic("alerts")) {
		for _, r := range rs {
			a, err := alerts.ParseJSON(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			if a.Kind.String() == "result" && a.Change == alerts.Opened && drift.ID == "" {
				drift = a
			}
		}
	}
	if drift.ID == "" {
		t.Fatal("the drift of the analyser raised no alert")
	}
	story := l.command("explain", drift.ID, "--config", l.path("config.yaml"), "--readings", "5")
	t.Log("\n" + story)
	for _, want := range []string{
		"What to do first: ", drift.ID, drift.Device, "baseline", "<- opened the alert",
		"more readings are not shown", strings.ToUpper(drift.Rule),
	} {
		if !strings.Contains(story, want) {
			t.Errorf("the story lacks %q", want)
		}
	}
	unknown := l.start("explain", "explain", strings.Repeat("0", 32), "--config", l.path("config.yaml"))
	<-unknown.done
	if unknown.err == nil || !strings.Contains(unknown.log.String(), "no alert "+strings.Repeat("0", 32)) {
		t.Errorf("an unknown alert: %v\n%s", unknown.err, unknown.log.String())
	}
}
