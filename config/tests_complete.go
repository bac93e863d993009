package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"labwatch/alerts"
)

// complete fills in defaults and returns every mistake.
func (t *Tests) complete() (errs []error) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(t.Tests) == 0 {
		bad("tests: there is none")
	}
	kinds := []string{"result", "qc", "log", "telemetry"}
	for i := range t.Tests {
		test, at := &t.Tests[i], fmt.Sprintf("tests[%d]", i)
		if test.Name == "" {
			bad("%s.name: must not be empty", at)
		}
		if test.Seed == 0 {
			test.Seed = 1
		}
		if test.Start.IsZero() {
			test.Start = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
		}
		if len(test.Input) == 0 {
			bad("%s.input: there is none", at)
		}
		for j := range test.Input {
			in, at := &test.Input[j], fmt.Sprintf("%s.input[%d]", at, j)
			if in.Every == 0 {
				in.Every = time.Minute
			}
			switch {
			case in.Text != "" && (in.Topic == "" || in.Kind != "" || in.Values != nil):
				bad("%s: a text goes with topic and at alone", at)
			case in.Text != "":
			case !slices.Contains(kinds, in.Kind):
				bad("%s.kind: %q is none of %s", at, in.Kind, strings.Join(kinds, ", "))
			case in.Kind == "log" && in.Values != nil, in.Kind != "log" && in.Values == nil:
				bad("%s.values: readings have them, logs have none", at)
			case in.Kind == "telemetry" && in.Channel == "":
				bad("%s.channel: must not be empty", at)
			}
			if in.Every < 0 || in.At < 0 {
				bad("%s: time goes forward: at and every must not be negative", at)
			}
			for k := range in.Values {
				v := &in.Values[k]
				if v.N == 0 {
					v.N = 1
				}
				if v.N < 0 || v.N > 1_000_000 || v.SD < 0 || v.Value != nil && (v.Mean != 0 || v.SD != 0) {
					bad("%s.values[%d]: n is from 1 to 1000000, sd is not negative, value goes without mean and sd", at, k)
				}
			}
		}
		for j := range test.Alerts {
			a, at := &test.Alerts[j], fmt.Sprintf("%s.alerts[%d]", at, j)
			if a.Times == 0 {
				a.Times = 1
			}
			if a.State == "" {
				a.State = alerts.Opened.String()
			}
			if !slices.Contains([]string{"opened", "updated", "resolved"}, a.State) {
				bad("%s.state: %q is none of opened, updated, resolved", at, a.State)
			}
			if !slices.Contains([]string{"", "info", "warning", "critical"}, a.Severity) {
				bad("%s.severity: %q is none of info, warning, critical", at, a.Severity)
			}
		}
		for j := range test.Rejects {
			if r := &test.Rejects[j]; r.Times == 0 {
				r.Times = 1
			}
		}
	}
	return errs
}
