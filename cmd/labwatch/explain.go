package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
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
			if err := checkAlertID(args[0]); err != nil {
				return err
			}
			if readings < 0 || before < 0 {
				return usageError{errors.New("--readings and --before: must not be negative")}
			}
			a, err := ask(cmd.Context(), path, cmd.ErrOrStderr())
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
	configFlag(c, &path)
	c.Flags().DurationVar(&before, "before", 24*time.Hour, "how long before the alert the records are searched, by when they were published")
	c.Flags().IntVar(&readings, "readings", 30, "show at most so many readings before the alert opened, and as many after")
	return c
}
