package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"labwatch/alerts"
)

// writeExplanation tells the story of an alert: what was said, on what it rests, and the readings around its opening,
// at most limit before it and as many after.
func writeExplanation(out io.Writer, told []toldAlert, readings []evidentReading, limit int, zone *time.Location) error {
	first, last := told[0], told[len(told)-1]
	clock := func(at time.Time) string { return at.In(zone).Format("2006-01-02 15:04:05 MST") }
	nanos := func(at int64) time.Time { return time.Unix(0, at) }

	fmt.Fprintf(out, "%s\n", last.Summary)
	if last.Action != "" {
		fmt.Fprintf(out, "What to do first: %s\n", last.Action)
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fact := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, text)
		}
	}
	fmt.Fprintln(w)
	fact("alert", "%s", first.ID)
	fact("state", "%s, %s", last.Change, last.Severity)
	fact("device", "%s", first.Device)
	fact("facility", "%s", first.Facility)
	fact("series", "%s", cmp.Or(first.Label, first.Test.Name, first.Series))
	fact("rule", "%s", first.Rule)
	fact("opened", "%s, by message %d of %s/%d", clock(nanos(first.Opened)), first.Origin.Offset, first.Origin.Topic, first.Origin.Partition)
	e := first.Evidence
	fact("evidence", "%s", strings.TrimSpace(e.Statistic+" "+shortNumber(e.Score)+ofLimit(e.Threshold)))
	fact("baseline", "%s", moments(e.BaselineMean, e.BaselineSD, e.BaselineN, first.Unit))
	fact("at opening", "%s", moments(e.CurrentMean, e.CurrentSD, e.CurrentN, first.Unit))

	fmt.Fprintln(w, "\nSAID\tAT\tSTATE\tSEVERITY\tSCORE\tLIMIT")
	for _, m := range told {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", m.Sequence, clock(nanos(m.At)), m.Change, m.Severity, shortNumber(m.Evidence.Score), shortNumber(m.Evidence.Threshold))
	}

	shown, left := around(readings, nanos(first.Opened), limit)
	fmt.Fprintf(w, "\nREADING\tVALUE\t%s\tLIMIT\t\n", strings.ToUpper(first.Rule))
	for _, r := range shown {
		value := r.text
		if r.value != nil {
			value = r.comparator + shortNumber(*r.value) + " " + first.Unit
		}
		notes := slices.Clone(r.flags)
		switch {
		case r.event != "":
			value, notes = "", append(notes, "device log: "+r.event)
		case r.origin == first.Origin:
			notes = append(notes, "<- opened the alert")
		case r.origin == last.Origin && last.Change == alerts.Resolved:
			notes = append(notes, "<- ended it")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", clock(r.at), strings.TrimSpace(value), shortNumberOf(r.score), shortNumberOf(r.limit), strings.Join(notes, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch {
	case len(readings) == 0:
		fmt.Fprintln(out, "no record of this series is left in the topic for that time")
	case left > 0:
		fmt.Fprintf(out, "%d more readings are not shown (--readings)\n", left)
	}
	return nil
}

// around is what lies around a time: at most limit readings before or at it, and as many after.
func around(list []evidentReading, at time.Time, limit int) (shown []evidentReading, left int) {
	cut, _ := slices.BinarySearchFunc(list, at, func(r evidentReading, at time.Time) int {
		if r.at.After(at) {
			return 1
		}
		return -1
	})
	from, to := max(0, cut-limit), min(len(list), cut+limit)
	return list[from:to], len(list) - (to - from)
}

func shortNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', 5, 64)
}

func shortNumberOf(v *float64) string {
	if v == nil {
		return ""
	}
	return shortNumber(*v)
}

func ofLimit(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return ", limit " + shortNumber(v)
}

func moments(mean, sd float64, n int, unit string) string {
	if math.IsNaN(mean) {
		return ""
	}
	text := strings.TrimSpace("mean " + shortNumber(mean) + " " + unit)
	if !math.IsNaN(sd) {
		text += ", SD " + shortNumber(sd)
	}
	if n > 0 {
		text += fmt.Sprintf(", n %d", n)
	}
	return text
}
