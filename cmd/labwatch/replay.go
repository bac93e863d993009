package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"labwatch/config"
)

type replayOptions struct {
	config string
	out    string
	input  string
}

func newReplayCommand() *cobra.Command {
	var o replayOptions
	c := &cobra.Command{
		Use:   "replay [TOPIC=]FILE...",
		Short: "Judge readings from files, without Kafka",
		Long: `Reads files as if each were a topic of one partition, in the order given, through the
same engine as run, and writes JSON lines: records, alerts and rejects. The same files,
config and keys give the same bytes.

A file holds one message a line, or rows of CSV where the input's format is csv; .gz is
unpacked. The topic tells which input of the config a file belongs to; with one input, or
with --input, it may be left out. A file knows no time of arrival: the readings' own
times take its place.`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	configFlag(c, &o.config)
	c.Flags().StringVar(&o.out, "out", "", "folder for records.jsonl, alerts.jsonl and rejects.jsonl; without it records and alerts go to standard output")
	c.Flags().StringVar(&o.input, "input", "", "topic of files that are given without one")
	return c
}

func (o *replayOptions) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, err := config.Load(o.config)
	if err != nil {
		return usageError{err}
	}
	sources, err := o.sources(cfg, args)
	if err != nil {
		return usageError{err}
	}
	e, err := newEngine(cfg, nil)
	if err != nil {
		return usageError{err}
	}
	sink, err := newReplaySink(o.out, stdout)
	if err != nil {
		return err
	}
	worker := e.worker(true)
	for _, s := range sources {
		if err := s.replay(ctx, worker, total(sources), sink.emit, stderr); err != nil {
			return errors.Join(err, sink.close())
		}
	}
	worker.Committed(0)
	if err := sink.close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stderr, "replayed %d messages: %d records, %d duplicates, %d rejects, %d alert messages\n",
		total(sources), e.metrics.Standardized(), e.metrics.Duplicates(), sink.rejects, sink.alerts)
	return err
}
