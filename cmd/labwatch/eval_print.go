package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// evalColumn is one column of the printed scoreboard.
type evalColumn struct {
	head string
	text func(evalRow) string
}

// figures are the columns of a mode.
func (b *evalBoard) figures() []evalColumn {
	per := func(format string, f func(evalRow) figure) func(evalRow) string {
		return func(r evalRow) string { return f(r).text(format) }
	}
	percent := func(f func(evalRow) figure) func(evalRow) string {
		return func(r evalRow) string { return (100 * f(r)).text("%.2f%%") }
	}
	wait := func(f func(evalRow) figure) func(evalRow) string {
		return func(r evalRow) string { return waiting(f(r)) }
	}
	scored := evalColumn{"SCORED", func(r evalRow) string { return fmt.Sprint(r.Scored) }}
	auc := evalColumn{"AUC", per("%.4f", func(r evalRow) figure { return r.AUC })}
	f1 := evalColumn{"F1@1%", per("%.3f", func(r evalRow) figure { return r.F1AtRate })}
	if b.Mode == "tabular" {
		return []evalColumn{scored, auc, {"SD", per("%.4f", func(r evalRow) figure { return r.AUCSD })},
			{"PREQUENTIAL", per("%.4f", func(r evalRow) figure { return r.Prequential })}, f1}
	}
	if b.Mode == "changes" {
		return []evalColumn{{"FOUND", percent(func(r evalRow) figure { return r.Found })},
			{"DELAY", per("%.4g", func(r evalRow) figure { return r.Delay })},
			{"FALSE ALARMS", per("%.0f", func(r evalRow) figure { return r.FalseAlarms })}}
	}
	columns := []evalColumn{scored, auc, f1,
		{"FOUND@1%", percent(func(r evalRow) figure { return r.FoundAtRate })},
		{"DELAY@1%", wait(func(r evalRow) figure { return r.DelayAtRate })},
		{"F1", per("%.3f", func(r evalRow) figure { return r.F1 })},
		{"FAR", percent(func(r evalRow) figure { return r.FAR })},
		{"MAR", percent(func(r evalRow) figure { return r.MAR })},
		{"FOUND", percent(func(r evalRow) figure { return r.Found })},
		{"DELAY", wait(func(r evalRow) figure { return r.Delay })},
		{"FALSE/DAY", per("%.3g", func(r evalRow) figure { return r.FalseADay })}}
	if b.Mode == "nab" {
		nab := []evalColumn{{"NAB", per("%.2f", func(r evalRow) figure { return r.Standard })},
			{"LOW FP", per("%.2f", func(r evalRow) figure { return r.LowFP })},
			{"LOW FN", per("%.2f", func(r evalRow) figure { return r.LowFN })},
			{"RAW", per("%.2f", func(r evalRow) figure { return r.Raw })},
			{"LOW FP", per("%.2f", func(r evalRow) figure { return r.RawLowFP })},
			{"LOW FN", per("%.2f", func(r evalRow) figure { return r.RawLowFN })}}
		columns = append(nab, columns...)
	}
	return columns
}

// waiting is a delay in seconds for people; a number of records reads the same below two minutes.
func waiting(f figure) string {
	if f != f {
		return "-"
	}
	d := time.Duration(float64(f) * 1e9)
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.1fd", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.1fh", d.Hours())
	case d >= 2*time.Minute:
		return fmt.Sprintf("%.1fmin", d.Minutes())
	}
	return fmt.Sprintf("%.4g", float64(f))
}

func (b *evalBoard) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	columns := b.figures()
	sets := b.Sets
	if b.Summary != nil {
		sets = append(sets[:len(sets):len(sets)], *b.Summary)
	}
	for _, s := range sets {
		fmt.Fprintf(t, "%s: %d records", s.Name, s.Records)
		if s.Channels > 0 {
			fmt.Fprintf(t, ", %d channels", s.Channels)
		}
		if b.Mode == "changes" {
			fmt.Fprintf(t, ", %d changes", s.Events)
		} else {
			fmt.Fprintf(t, ", %d anomalous", s.Anomalies)
			if s.Events > 0 {
				fmt.Fprintf(t, " in %d runs", s.Events)
			}
		}
		fmt.Fprintf(t, ", %s records/s\nDETECTOR", s.RecordsPerSecond.text("%.0f"))
		for _, c := range columns {
			fmt.Fprintf(t, "\t%s", c.head)
		}
		fmt.Fprintln(t)
		for _, r := range s.Rows {
			fmt.Fprint(t, r.Detector)
			for _, c := range columns {
				fmt.Fprintf(t, "\t%s", c.text(r))
			}
			fmt.Fprintln(t)
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print scoreboard: %w", err)
	}
	return nil
}
