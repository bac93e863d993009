package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"
)

// rejectJSON is a reject on a line of its own.
type rejectJSON struct {
	Reject   string    `json:"reject"` // partition/offset among the rejects
	At       time.Time `json:"at"`
	Topic    string    `json:"topic"`
	Origin   string    `json:"origin"` // partition/offset in that topic
	Stage    string    `json:"stage"`
	Reason   string    `json:"reason"`
	Bytes    int       `json:"bytes"` // sealed
	Redriven bool      `json:"redriven"`
}

func newRejectsListCommand() *cobra.Command {
	var filter rejectFilter
	var asJSON bool
	var limit int
	c := &cobra.Command{
		Use:   "list",
		Short: "List messages that were set aside, with the reason of each",
		Long: `Lists what stands in the topic of rejects: where each message came from, why it was set
aside, and whether it was sent back. The messages themselves are sealed: see "rejects show".`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := filter.validate(cmd); err != nil {
				return err
			}
			a, err := ask(cmd.Context(), filter.config, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer a.Close()
			list, err := a.find(cmd.Context(), &filter)
			if err != nil {
				return err
			}
			if asJSON {
				return writeRejectsJSON(cmd.OutOrStdout(), list)
			}
			return writeRejects(cmd.OutOrStdout(), list, limit)
		},
	}
	filter.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line, all of them")
	c.Flags().IntVar(&limit, "limit", 50, "show the newest so many; the sums are of all")
	return c
}

func writeRejectsJSON(w io.Writer, list []rejected) error {
	for _, r := range list {
		line, err := json.Marshal(rejectJSON{r.String(), r.at, r.topic, r.origin, r.stage, r.reason, r.size, r.redriven})
		if err != nil {
			return fmt.Errorf("encode reject: %w", err)
		}
		if _, err := fmt.Fprintf(w, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

func writeRejects(out io.Writer, list []rejected, limit int) error {
	sums, open := map[string]int{}, 0
	for _, r := range list {
		sums[r.reason]++
		if !r.redriven {
			open++
		}
	}
	newest := slices.Clone(list)
	slices.SortStableFunc(newest, func(a, b rejected) int { return a.at.Compare(b.at) })
	if limit >= 0 && len(newest) > limit {
		newest = newest[len(newest)-limit:]
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	if len(newest) > 0 {
		fmt.Fprintln(w, "REJECT\tSET ASIDE (UTC)\tFROM\tSTAGE\tREASON\tSENT BACK")
	}
	for _, r := range newest {
		sent := ""
		if r.redriven {
			sent = "yes"
		}
		fmt.Fprintf(w, "%v\t%s\t%s %s\t%s\t%s\t%s\n", r.rejectAddress, r.at.Format("2006-01-02 15:04:05"), r.topic, r.origin, r.stage, r.reason, sent)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d set aside, %d of them not sent back", len(list), open)
	separator := ": "
	for _, reason := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(out, "%s%s %d", separator, reason, sums[reason])
		separator = ", "
	}
	fmt.Fprintln(out)
	return nil
}
