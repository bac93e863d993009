package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/alerts"
)

// TestE2EVerdicts opens two alerts, lets somebody confirm one of a limit and reject one of a detector, by the words of
// before, and roll that back, and looks at what the topic of alerts tells.
func TestE2EVerdicts(t *testing.T) {
	for _, fused := range []bool{false, true} {
		t.Run(map[bool]string{false: "sequenced", true: "fused"}[fused], func(t *testing.T) {
			l := newLab(t, fused)
			p := l.run()
			second := 0
			say := func(n int, temperature float64) {
				for range n {
					second++
					value := fmt.Sprintf(`{"kind":"telemetry","device_id":"fridge","timestamp":"2026-03-01T12:%02d:%02dZ","storage_temp_c":%g}`,
						second/60, second%60, temperature+.1*float64(second%5))
					r := &kgo.Record{Topic: l.topics()[3], Key: []byte("fridge"), Value: []byte(value)}
					if err := l.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
						t.Fatal(err)
					}
				}
			}
			say(60, 4)
			say(10, 12) // beyond the limit of 8, and far from the mean
			limit, score := l.alertOf("limit", alerts.Opened), l.alertOf("zscore", alerts.Opened)
			config := "--config=" + l.path("config.yaml")
			if got := l.command("alert", "acknowledge", config, "--by", "Jane Doe", limit.ID); !strings.Contains(got, "for fridge") {
				t.Errorf("acknowledge: %s", got)
			}
			if got := l.command("alert", "accept", config, score.ID); !strings.Contains(got, "for fridge") {
				t.Errorf("accept: %s", got)
			}
			seen := l.alertOf("limit", alerts.Updated)
			if seen.Acknowledged == 0 || seen.AcknowledgedBy == "" || strings.Contains(seen.AcknowledgedBy, "Jane") {
				t.Errorf("acknowledged at %d by %q", seen.Acknowledged, seen.AcknowledgedBy)
			}
			if ended := l.alertOf("zscore", alerts.Resolved); ended.Evidence.Statistic != alerts.StatAccepted {
				t.Errorf("the accepted alert ended by %q", ended.Evidence.Statistic)
			}
			if got := l.command("alert", "rollback", config, score.ID); !strings.Contains(got, "for fridge") {
				t.Errorf("roll back: %s", got)
			}
			eventually(t, "the roll back", func() bool {
				page, err := l.scrape()
				return err == nil && strings.Contains(page, "labwatch_baseline_rollbacks_total 1\n")
			})
			over := l.start("alert", "alert", "accept", config, score.ID)
			<-over.done
			if over.err == nil || !strings.Contains(over.log.String(), "is over") {
				t.Errorf("a verdict on an alert that is over: %v %s", over.err, over.log.String())
			}
			if err := p.stop(); err != nil {
				t.Errorf("stop: %v", err)
			}
		})
	}
}

// alertOf waits for the first message of a rule with a change.
func (l *lab) alertOf(rule string, change alerts.Change) (found alerts.Alert) {
	l.t.Helper()
	eventually(l.t, rule+" "+change.String(), func() bool {
		for _, rs := range l.committed(l.topic("alerts")) {
			for _, r := range rs {
				a, err := alerts.ParseJSON(r.Value)
				if err != nil {
					l.t.Fatal(err)
				}
				if a.Rule == rule && a.Change == change && found.ID == "" {
					found = a
				}
			}
		}
		return found.ID != ""
	})
	return found
}
