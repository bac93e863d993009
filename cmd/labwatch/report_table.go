package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// printOutcomes prints what was injected, when it was caught and by what, and what was raised without cause.
func printOutcomes(w io.Writer, in *reportInput) error {
	outcomes, unexplained := matchInjections(in.Alerts, in.Injections, in.Grace)
	caught := 0
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "INJECTED\tDEVICE\tSERIES\tRECORDS\tCAUGHT\tAFTER\tWALL CLOCK\tBY")
	for _, o := range outcomes {
		verdict := "NO"
		if o.Caught {
			verdict = "yes"
			caught++
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", o.Kind, o.Device, seriesText(o.Series), o.Count, verdict,
			seconds(o.Latency), seconds(o.WallLatency), strings.Join(o.CaughtBy, ", "))
	}
	fmt.Fprintf(t, "\n%d of %s caught; %s raised without cause\n", caught,
		counted(len(outcomes), "injection"), counted(len(unexplained), "alert"))
	if len(unexplained) > 0 {
		fmt.Fprintln(t, "\nWITHOUT CAUSE\tDEVICE\tSERIES\tRULE\tSEVERITY")
		worstOf := worst(in.Alerts)
		for _, a := range unexplained {
			series := a.Series
			if series == "" {
				series = seriesText(nil)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", utc(a.At), a.Device, series, a.Rule, worstOf[a.ID])
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print outcomes: %w", err)
	}
	return nil
}

// seconds is a latency for people, "-" when there is none.
func seconds(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case v == 0:
		return "at once"
	case v < 1:
		return fmt.Sprintf("%.0f ms", v*1000)
	case v < 120:
		return fmt.Sprintf("%.1f s", v)
	}
	return fmt.Sprintf("%.1f min", v/60)
}
