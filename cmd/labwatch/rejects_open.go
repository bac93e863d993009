package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"labwatch/record"
	"labwatch/stream"
	"labwatch/stream/kafka"
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
			r := list[0]
			key, value, err := open(&r)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "from %s %s, set aside at %s (%s): %s\nkey: %q\n", r.topic, r.origin,
				r.at.Format("2006-01-02 15:04:05 UTC"), r.stage, r.reason, key)
			_, err = cmd.OutOrStdout().Write(value)
			return err
		},
	}
	c.Flags().StringVar(&filter.config, "config", "", "config file; without it the defaults")
	return c
}

// unseal opens a reject.
type unseal func(*rejected) (key, value []byte, err error)

// askOpen connects, with the keys at hand.
func askOpen(ctx context.Context, path string, stderr io.Writer) (*asking, unseal, error) {
	a, err := ask(ctx, path, newLog(consoleLog(), stderr))
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
	return a, func(r *rejected) (key, value []byte, err error) {
		payload, err := sealer.Open(r.sealed)
		if err == nil {
			key, value, err = stream.UnframeReject(payload)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("open reject %v: %w", r.rejectAddress, err)
		}
		return key, value, nil
	}, nil
}

func newRejectsRedriveCommand() *cobra.Command {
	var filter rejectFilter
	var all, dry bool
	c := &cobra.Command{
		Use:   "redrive [PARTITION/OFFSET...]",
		Short: "Send messages that were set aside back to where they came from",
		Long: `Sends messages back to their input topics as they came, once whatever was wrong has been
mended: a mapping, a config, a newer labwatch. Name them, choose them by --reason, --topic
and --since, or take --all. Each is sent back once, in a transaction with a mark in the
topic of rejects, so that the command can be repeated safely; a message that is set aside
again is a new reject.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, arg := range args {
				at, err := parseRejectAddress(arg)
				if err != nil {
					return usageError{err}
				}
				filter.only = append(filter.only, at)
			}
			if !all && len(args) == 0 && filter.reason == "" && filter.topic == "" && filter.since == 0 {
				return usageError{errors.New("say which: PARTITION/OFFSET, --reason, --topic, --since or --all")}
			}
			a, open, err := askOpen(cmd.Context(), filter.config, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer a.Close()
			return a.redrive(cmd.Context(), cmd.OutOrStdout(), &filter, open, dry)
		},
	}
	filter.flags(c)
	c.Flags().BoolVar(&all, "all", false, "all that were not sent back yet")
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would be sent")
	return c
}

// redriveBatch bounds the messages of one transaction.
const redriveBatch = 500

// redrive sends back what the filter takes and what was not sent before.
func (a *asking) redrive(ctx context.Context, out io.Writer, filter *rejectFilter, open unseal, dry bool) error {
	var sender *kafka.Redriver // none to look only: it would shut out one that works
	if !dry {
		var err error
		if sender, err = kafka.NewRedriver(ctx, a.env, a.cfg.Fused); err != nil { // before the marks are read: see Redriver
			return err
		}
		defer sender.Close()
	}
	list, err := a.find(ctx, filter)
	if err != nil {
		return err
	}
	var batch []kafka.Back
	sent, before := 0, 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := sender.Send(ctx, batch)
		batch = batch[:0]
		return err
	}
	var locked error
	for i := range list {
		r := &list[i]
		if r.redriven {
			before++
			continue
		}
		key, value, err := open(r)
		if err != nil { // sealed with a key that is gone; the others go back all the same
			locked = errors.Join(locked, err)
			continue
		}
		from, err := parseRejectAddress(r.origin)
		if err != nil {
			return fmt.Errorf("reject %v does not say where it stood: %w", r.rejectAddress, err)
		}
		sent++
		if dry {
			continue
		}
		batch = append(batch, kafka.Back{Partition: r.partition, Offset: r.offset, Topic: r.topic, From: from.partition, Key: key, Value: value})
		if len(batch) == redriveBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	what := "sent back"
	if dry {
		what = "would be sent back"
	}
	fmt.Fprintf(out, "%d %s, %d had been sent back before\n", sent, what, before)
	return locked
}
