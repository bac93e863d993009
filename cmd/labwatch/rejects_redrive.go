package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"labwatch/stream/kafka"
)

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
again is a new reject. Exit code 1 if one that was named is not there; the others are sent
all the same.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, arg := range args {
				at, err := parseRejectAddress(arg)
				if err != nil {
					return usageError{err}
				}
				filter.only = append(filter.only, at)
			}
			if err := filter.validate(cmd); err != nil {
				return err
			}
			if all && len(args) > 0 {
				return usageError{errors.New("--all: goes with no PARTITION/OFFSET; leave one of them out")}
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

// What one transaction sends back at the most: messages, and their bytes unless a single one is larger.
const (
	redriveBatch = 500
	redriveBytes = 8 << 20
)

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
	missing := filter.missing(list)
	all := len(list)
	list = slices.DeleteFunc(list, func(r rejected) bool { return r.redriven })
	before := all - len(list)
	var batch []kafka.Back
	sent, held := 0, 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := sender.Send(ctx, batch)
		clear(batch)
		batch, held = batch[:0], 0
		return err
	}
	var locked error
	err = a.each(ctx, list, func(r *rejected, sealed []byte) error {
		key, value, err := open(r, sealed)
		if err != nil { // sealed with a key that is gone; the others go back all the same
			locked = errors.Join(locked, err)
			return nil
		}
		from, err := parseRejectAddress(r.origin)
		if err != nil {
			return fmt.Errorf("reject %v does not say where it stood: %w", r.rejectAddress, err)
		}
		sent++
		if dry {
			return nil
		}
		if len(batch) == redriveBatch || held+len(key)+len(value) > redriveBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		batch = append(batch, kafka.Back{Partition: r.partition, Offset: r.offset, Topic: r.topic, From: from.partition, Key: key, Value: value})
		held += len(key) + len(value)
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	what := "sent back"
	if dry {
		what = "would be sent back"
	}
	fmt.Fprintf(out, "%d %s, %d had been sent back before\n", sent, what, before)
	return errors.Join(missing, locked)
}
