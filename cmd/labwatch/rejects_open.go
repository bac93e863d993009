package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"labwatch/record"
	"labwatch/stream"
)

func newRejectsShowCommand() *cobra.Command {
	var filter rejectFilter
	c := &cobra.Command{
		Use:   "show PARTITION/OFFSET",
		Short: "Print one message that was set aside, in clear",
		Long: `Opens the seal of one reject with the keys of the config and prints the message as it
came. It may hold the data of a patient: mind who looks over your shoulder, and where the
output goes.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := parseRejectAddress(args[0])
			if err != nil {
				return usageError{err}
			}
			filter.only = []rejectAddress{at}
			a, open, err := askOpen(cmd.Context(), filter.config, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer a.Close()
			list, err := a.find(cmd.Context(), &filter)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return fmt.Errorf("there is no reject %v", at)
			}
			return a.each(cmd.Context(), list, func(r *rejected, sealed []byte) error {
				key, value, err := open(r, sealed)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "from %s %s, set aside at %s (%s): %s\nkey: %q\n", r.topic, r.origin,
					r.at.Format("2006-01-02 15:04:05 UTC"), r.stage, r.reason, key)
				_, err = cmd.OutOrStdout().Write(value)
				return err
			})
		},
	}
	configFlag(c, &filter.config)
	return c
}

// unseal opens the message of a reject.
type unseal func(r *rejected, sealed []byte) (key, value []byte, err error)

// askOpen connects, with the keys at hand.
func askOpen(ctx context.Context, path string, stderr io.Writer) (*asking, unseal, error) {
	a, err := ask(ctx, path, stderr)
	if err != nil {
		return nil, nil, err
	}
	keys, err := loadKeys(a.cfg.Standardize.KeyFile)
	var sealer *record.Sealer
	if err == nil {
		sealer, err = keys.Sealer()
	}
	if err != nil {
		a.Close()
		return nil, nil, usageError{err}
	}
	return a, func(r *rejected, sealed []byte) (key, value []byte, err error) {
		payload, err := sealer.Open(sealed)
		if err == nil {
			key, value, err = stream.UnframeReject(payload)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("open reject %v: %w", r.rejectAddress, err)
		}
		return key, value, nil
	}, nil
}
