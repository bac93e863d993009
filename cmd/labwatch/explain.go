package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"labwatch/alerts"
	"labwatch/stream/kafka"
)

func newExplainCommand() *cobra.Command {
	var path string
	var before time.Duration
	var readings int
	c := &cobra.Command{
		Use:   "explain ALERT-ID",
		Short: "Tell why an alert was raised, from the published records",
		Long: `Finds every message of an alert, and the judged readings of its device and series before
and while it was open, with the score and the limit of the detector that raised it. What
is shown comes from the topics of alerts and records alone: it is what anybody saw.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if b, err := hex.DecodeString(args[0]); err != nil || len(b) != 16 {
				return usageError{fmt.Errorf("%q is no alert's id: it has 32 hexadecimal digits", args[0])}
			}
			if readings < 0 || before < 0 {
				return usageError{errors.New("--readings and --before: must not be negative")}
			}
			a, err := ask(cmd.Context(), path, newLog(consoleLog(), cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer a.Close()
			told, err := a.messagesOf(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			around, err := a.readingsAround(cmd.Context(), told, before)
			if err != nil {
				return err
			}
			zone, err := time.LoadLocation(a.cfg.Standardize.Zone)
			if err != nil {
				return usageError{fmt.Errorf("standardize.zone: %w", err)}
			}
			return writeExplanation(cmd.OutOrStdout(), told, around, readings, zone)
		},
	}
	c.Flags().StringVar(&path, "config", "", "config file; without it the defaults")
	c.Flags().DurationVar(&before, "before", 24*time.Hour, "how long before the alert the records are searched, by when they were published")
	c.Flags().IntVar(&readings, "readings", 30, "show at most so many readings before the alert opened, and as many after")
	return c
}

// toldAlert is one message of an alert and when it was published.
type toldAlert struct {
	alerts.Alert
	published time.Time
}

// messagesOf finds what was said of an alert, in order.
func (a *asking) messagesOf(ctx context.Context, id string) ([]toldAlert, error) {
	var told []toldAlert
	err := a.scan(ctx, a.env.Topics.Alerts, time.Time{}, func(f kafka.Found) error {
		said, err := alerts.ParseJSON(f.Value)
		if err == nil && said.ID == id {
			told = append(told, toldAlert{said, time.Unix(0, f.At)})
		}
		return nil // a message of somebody else's is none of this alert's
	})
	if err != nil {
		return nil, err
	}
	if len(told) == 0 {
		return nil, fmt.Errorf("no alert %s in %s: it was never raised, or is older than the topic's retention", id, a.env.Topics.Alerts)
	}
	slices.SortStableFunc(told, func(x, y toldAlert) int { return x.Sequence - y.Sequence })
	return told, nil
}
