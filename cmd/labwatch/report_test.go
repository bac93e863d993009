package main

import (
	"math"
	"math/rand/v2"
	"time"

	"labwatch/alerts"
	"labwatch/record"
)

// sampleReport is a report of the original's scenario and the live fleet, with alerts as labwatch would raise them:
// every injection caught, two alerts of one device resolved, and one alert without cause.
func sampleReport() *reportInput {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := together(originalScenario(start, 7), liveFleet(start, 7))
	in := &reportInput{Generated: start.Add(time.Hour), Seed: 7, Broker: "embedded broker", Version: "test",
		Records: int64(len(s.History) + len(s.Live)), Samples: s.Samples, ScoreLimit: 0.6, Injections: s.Injections,
		Grace: 10 * time.Minute, Note: "an ephemeral key was used"}
	rules := map[string]string{"error_code": "error_code", "cold_store": "limit", "contamination": "limit"}
	for i, injected := range in.Injections {
		rule := rules[injected.Kind]
		severity := alerts.Warning
		after := int64(0)
		if injected.Kind == "drift" {
			rule, after = "zscore", int64(2*time.Minute)
			severity = alerts.Critical
		}
		facility := injected.Device[len("monitor-"):]
		if injected.Device == liveDrifter {
			rule, facility = "zmean", "FAC-C"
		}
		in.Injections[i].Sent = start.UnixNano()
		open := sampleAlert("a"+string(rune('0'+i)), rule, injected.Device, facility, injected.Series[0], injected.From+after, severity)
		open.Received = start.Add(250 * time.Millisecond).UnixNano()
		in.Alerts = append(in.Alerts, open)
		if injected.Kind == "cold_store" || injected.Kind == "contamination" {
			more := open
			more.Change, more.Sequence, more.Severity, more.At = alerts.Updated, 1, alerts.Critical, injected.To
			in.Alerts = append(in.Alerts, more)
			more.Change, more.Sequence, more.At = alerts.Resolved, 2, injected.To+int64(6*time.Minute)
			in.Alerts = append(in.Alerts, more)
		}
	}
	in.Alerts = append(in.Alerts, sampleAlert("stray", "ks", "analyser-01", "FAC-A", "2951-2", start.UnixNano(), alerts.Warning))

	rng := rand.New(rand.NewPCG(7, 7))
	for i := range in.Samples {
		sample := &in.Samples[i]
		sample.Score = 0.42 + 0.03*rng.NormFloat64()
		for _, injected := range in.Injections {
			if sample.Device == injected.Device && sample.Time >= injected.From && sample.Time <= injected.To {
				sample.Anomalous = true
				sample.Score = 0.68 + 0.02*rng.NormFloat64()
			}
		}
		if sample.Channels[chPH] == errorCode || sample.Channels[chOxygen] == errorCode {
			sample.Score = math.NaN() // an error code is never scored
		}
	}
	return in
}

func sampleAlert(id, rule, device, facility, series string, at int64, severity alerts.Severity) reportAlert {
	kind := record.Result
	if channelIndex(series) >= 0 {
		kind = record.Telemetry
	}
	return reportAlert{Alert: alerts.Alert{ID: id, Change: alerts.Opened, Rule: rule, Severity: severity, Device: device,
		Facility: facility, Kind: kind, Series: series, At: at, Opened: at, Unit: "mg/dL",
		Evidence: alerts.Evidence{Statistic: "z", Score: 3.2, Threshold: 3, Value: math.NaN()},
		Summary:  device + ": " + series + " is off.", Action: "look at it"}}
}
