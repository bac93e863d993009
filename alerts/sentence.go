package alerts

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"labwatch/record"
)

// Summarise writes what a technologist reads first: one line that says which device, what is wrong with what, by
// how much and since when, and what to do, and in more words the first action. Times are in zone, UTC when nil.
// It rests on the fields of a alone, except Summary and Action, and names no person: a critical value is found by
// its result id.
//
//	Device XYZ: glucose mean 95 → 105 mg/dL (z 3.2, 24 results since 09:40): check calibration. Critical.
func Summarise(a *Alert, zone *time.Location) (summary, action string) {
	if zone == nil {
		zone = time.UTC
	}
	t := teller{Alert: a, Evidence: finite(a.Evidence), zone: zone, subject: subject(a), unit: suffix(a.Unit)}
	what, why := t.tell()
	if a.Change == Resolved {
		return fmt.Sprintf("%s: %s%s. Resolved.", t.who(), what, bracket(why)), t.afterwards()
	}
	short, long := t.act()
	end := a.Severity.String()
	end = strings.ToUpper(end[:1]) + end[1:]
	if a.Change == Updated {
		end += ", open since " + t.clock(a.Opened)
	}
	return fmt.Sprintf("%s: %s%s: %s. %s.", t.who(), what, bracket(why), short, end), long
}

// teller is an alert with what all of its sentences need.
type teller struct {
	*Alert
	Evidence // the alert's, each number finite or NaN
	zone     *time.Location
	subject  string
	unit     string // with its leading blank
}

// tell says what is the case, and in a few words on what that rests.
func (t *teller) tell() (what string, why []string) {
	if t.Evidence.Statistic == StatReset {
		return t.subject + " is learned anew", t.life("")
	}
	if t.Evidence.Statistic == StatAccepted {
		return t.subject + " was accepted as normal and is learned anew", t.life("")
	}
	if t.Evidence.Statistic == StatOutlasted {
		return t.subject + " has kept its new level, which is taken for normal and learned anew", t.life("")
	}
	if t.Evidence.Statistic == StatRolledBack {
		return t.subject + " is compared with its former baseline again", t.life("")
	}
	if t.Evidence.Statistic == StatAcknowledged {
		return t.subject + " is looked after", t.life("")
	}
	if t.Evidence.Statistic == StatRetired {
		return t.subject + " is retired", t.life("")
	}
	switch t.Rule {
	case RuleErrorCode:
		return t.errorCode()
	case RuleLimit:
		return t.limit()
	case RuleCriticalValue:
		return t.criticalValue()
	case RuleSilent:
		return t.silent()
	case RuleQCFailed:
		return t.qcFailed()
	case "zmean", "ewma", "cusum":
		return t.mean()
	case "zscore":
		return t.single()
	case "ks", "psi":
		return t.distribution()
	case "stuck":
		return t.flat()
	case "iforest":
		return t.vector()
	}
	return t.other()
}

func (t *teller) who() string {
	if device := clean(t.Device); device != "" {
		return "Device " + device
	}
	if group := clean(t.Series); group != "" {
		return "Group " + group
	}
	return "A device without name"
}

func (t *teller) clock(at int64) string { return clock(at, t.At, t.zone) }

// life says how bad it was and how long, of an alert that is over.
func (t *teller) life(worst string) []string {
	open := "open " + t.clock(t.Opened) + " to " + t.clock(t.At)
	if worst != "" {
		worst = "worst " + worst
	}
	return []string{worst, open}
}

// window says how many of the newest readings a statistic rests on and since when, such as
// "24 results since 09:40". Without a window it counts the breaches.
func (t *teller) window() string {
	n, since := t.Evidence.CurrentN, t.Evidence.Since
	if n <= 1 || since == 0 {
		return t.breaches()
	}
	return t.count(n) + " since " + t.clock(since)
}

func (t *teller) breaches() string {
	e := t.Evidence
	if e.Count <= 1 || e.FirstSeen == 0 {
		return "at " + t.clock(t.At)
	}
	return t.count(e.Count) + " since " + t.clock(e.FirstSeen)
}

// count is a number of readings of the alert's kind.
func (t *teller) count(n int) string {
	noun := "reading"
	switch t.Kind {
	case record.Result:
		noun = "result"
	case record.Control:
		noun = "control"
	case record.Event:
		noun = "entry"
	}
	switch {
	case n == 1:
	case noun == "entry":
		noun = "entries"
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// suffix is the unit as it follows a number.
func suffix(ucum string) string {
	if s := clean(spell(ucum)); s != "" {
		return " " + s
	}
	return ""
}

// bracket joins what is not empty.
func bracket(parts []string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// finite makes NaN of infinities, which say as little.
func finite(e Evidence) Evidence {
	for _, x := range [...]*float64{&e.Score, &e.Threshold, &e.Peak, &e.BaselineMean, &e.BaselineSD, &e.CurrentMean,
		&e.CurrentSD, &e.Value, &e.Low, &e.High} {
		if math.IsInf(*x, 0) {
			*x = math.NaN()
		}
	}
	return e
}

func known(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}
