package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"labwatch/alerts"
	"labwatch/config"
)

// compare says what a test wanted and did not get, and what it got and did not want. Every alert that opens must be
// wanted; its later messages may be, and are passed over otherwise.
func compare(test *config.Test, got caseOutcome) (differences []string) {
	left := slices.Clone(got.alerts)
	var missing []config.WantedAlert
	for _, want := range test.Alerts {
		found := 0
		left = slices.DeleteFunc(left, func(a alerts.Alert) bool {
			if found == want.Times || len(misfits(test, want, a)) > 0 {
				return false
			}
			found++
			return true
		})
		if want.Times -= found; want.Times > 0 {
			missing = append(missing, want)
		}
	}
	for _, want := range missing {
		differences = append(differences, fmt.Sprintf("missing     %dx %s%s", want.Times, wantedText(want), nearest(test, want, left)))
	}
	for _, a := range left {
		if a.Change != alerts.Opened {
			continue
		}
		differences = append(differences, fmt.Sprintf("not wanted  %s %s %s, device %q, series %q, at %s: %s",
			a.Change, a.Rule, a.Severity, a.Device, a.Series, since(test, a), a.Summary))
	}
	return append(differences, compareRejects(test, got.rejects)...)
}

// misfits says in what a message differs from what is wanted.
func misfits(test *config.Test, want config.WantedAlert, a alerts.Alert) (list []string) {
	differ := func(name, want, got string) {
		if want != "" && want != got {
			list = append(list, fmt.Sprintf("%s is %q", name, got))
		}
	}
	differ("rule", want.Rule, a.Rule)
	differ("state", want.State, a.Change.String())
	differ("device", want.Device, a.Device)
	differ("series", want.Series, a.Series)
	differ("kind", want.Kind, a.Kind.String())
	differ("severity", want.Severity, a.Severity.String())
	if !strings.Contains(a.Summary, want.Summary) {
		list = append(list, fmt.Sprintf("summary is %q", a.Summary))
	}
	after := time.Unix(0, a.At).Sub(test.Start)
	if after < want.From || want.Until > 0 && after > want.Until {
		list = append(list, "at is "+since(test, a))
	}
	return list
}

// nearest names the message of the same state that fits best, if it is of the same rule or differs in one thing only.
func nearest(test *config.Test, want config.WantedAlert, left []alerts.Alert) string {
	var best []string
	for _, a := range left {
		if a.Change.String() != want.State {
			continue
		}
		if m := misfits(test, want, a); (best == nil || len(m) < len(best)) && (len(m) == 1 || a.Rule == want.Rule) {
			best = m
		}
	}
	if best == nil {
		return ""
	}
	return " (nearest: " + strings.Join(best, ", ") + ")"
}

func wantedText(w config.WantedAlert) string {
	var b strings.Builder
	b.WriteString(w.State)
	for _, part := range []struct{ name, text string }{{"rule", w.Rule}, {"severity", w.Severity}, {"device", w.Device},
		{"series", w.Series}, {"kind", w.Kind}, {"summary", w.Summary}} {
		if part.text != "" {
			fmt.Fprintf(&b, ", %s %q", part.name, part.text)
		}
	}
	if w.From > 0 || w.Until > 0 {
		fmt.Fprintf(&b, ", from +%v", w.From)
	}
	if w.Until > 0 {
		fmt.Fprintf(&b, " until +%v", w.Until)
	}
	return b.String()
}

// since is when a message was, after the start of the test.
func since(test *config.Test, a alerts.Alert) string {
	return "+" + time.Unix(0, a.At).Sub(test.Start).String()
}

func compareRejects(test *config.Test, left []caseReject) (differences []string) {
	left = slices.Clone(left)
	for _, want := range test.Rejects {
		found := 0
		left = slices.DeleteFunc(left, func(r caseReject) bool {
			if found == want.Times || want.Code != "" && want.Code != r.code || want.Topic != "" && want.Topic != r.topic {
				return false
			}
			found++
			return true
		})
		if found < want.Times {
			differences = append(differences, fmt.Sprintf("missing     %dx reject, code %q, topic %q", want.Times-found, want.Code, want.Topic))
		}
	}
	for _, r := range left {
		differences = append(differences, fmt.Sprintf("not wanted  reject, code %q, topic %q", r.code, r.topic))
	}
	return differences
}
