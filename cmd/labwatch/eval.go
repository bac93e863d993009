package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"labwatch/config"
)

// evalOptions are the flags of eval.
type evalOptions struct {
	config    string
	nab       string
	tabular   bool
	stream    bool
	changes   []int
	label     []string
	time      string
	skip      []string
	separator string
	learnAll  bool
	seed      uint64
	seeds     int
	json      string
}

func newEvalCommand() *cobra.Command {
	var o evalOptions
	c := &cobra.Command{
		Use:   "eval (--nab DIR | --tabular FILE... | --stream --label COLUMN FILE...)",
		Short: "Run the detectors over labelled data and print the scoreboard",
		Long:  evalHelp,
		Example: `  labwatch eval --nab nab
  labwatch eval --tabular tabular/*.csv.gz --json scores.json
  labwatch eval --stream skab/other/*.csv --label anomaly --skip changepoint`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(args); err != nil {
				return usageError{err}
			}
			return o.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&o.config, "config", "", "config file with the detectors and policies to judge; without it the defaults")
	f.StringVar(&o.nab, "nab", "", "folder of the Numenta Anomaly Benchmark: data/ and labels/combined_windows.json")
	f.BoolVar(&o.tabular, "tabular", false, "files are tables whose rows have no order")
	f.BoolVar(&o.stream, "stream", false, "files are streams whose rows are in the order of time")
	f.StringArrayVar(&o.label, "label", nil, "column that marks anomalies; may be repeated (a row is one if any marks it); \"label\" for --tabular")
	f.IntSliceVar(&o.changes, "changes", nil, "records, counted from 0, at which a --stream without labels is known to change: 1775,3550")
	f.StringVar(&o.time, "time", "", "column of time; without it the first of timestamp, datetime, time, date that exists")
	f.StringArrayVar(&o.skip, "skip", nil, "column that is no channel; may be repeated, and may hold * for any characters")
	f.StringVar(&o.separator, "separator", "", "character between fields; without it the one the first line shows (, ; or tab)")
	f.BoolVar(&o.learnAll, "learn-all", false, "let baselines learn records in breach too, which the daemon never does: shows what its caution costs")
	f.Uint64Var(&o.seed, "seed", 1, "of every random generator")
	f.IntVar(&o.seeds, "seeds", 5, "forests and shuffles that --tabular averages over")
	f.StringVar(&o.json, "json", "", "file for the scoreboard as JSON")
	return c
}

// check refuses flags that do not fit together.
func (o *evalOptions) check(args []string) error {
	modes := 0
	for _, on := range []bool{o.nab != "", o.tabular, o.stream} {
		if on {
			modes++
		}
	}
	switch {
	case modes != 1:
		return errors.New("eval: choose one of --nab DIR, --tabular FILE... and --stream FILE...")
	case o.nab != "" && len(args) > 0:
		return fmt.Errorf("eval: --nab takes a folder; what is %q?", args[0])
	case o.nab == "" && len(args) == 0:
		return errors.New("eval: name at least one file")
	case o.stream && (len(o.label) == 0) == (len(o.changes) == 0):
		return errors.New("eval: --stream needs --label COLUMN or --changes NUMBERS")
	case len(o.changes) > 0 && !o.stream:
		return errors.New("eval: --changes goes with --stream")
	case !slices.IsSorted(o.changes) || len(o.changes) > 0 && o.changes[0] < 0:
		return fmt.Errorf("eval: --changes %v: want numbers of records from 0 on, in order", o.changes)
	case len([]rune(o.separator)) > 1:
		return fmt.Errorf("eval: --separator %q is more than one character", o.separator)
	case o.seeds < 1 || o.seeds > 1000:
		return fmt.Errorf("eval: --seeds %d, want 1 to 1000", o.seeds)
	}
	if o.tabular && len(o.label) == 0 {
		o.label = []string{"label"}
	}
	return nil
}

func (o *evalOptions) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, err := config.Load(o.config)
	if err != nil {
		return usageError{err}
	}
	bench := evalBench{learnAll: o.learnAll, seed: o.seed, seeds: o.seeds, cfg: cfg, note: stderr}
	var board evalBoard
	switch {
	case o.nab != "":
		bench.rare = true
		board, err = bench.nab(ctx, o.nab)
	case o.tabular:
		board, err = bench.tabular(ctx, o.reader(), args)
	case len(o.changes) > 0:
		board, err = bench.changes(ctx, o.reader(), args, o.changes)
	default:
		board, err = bench.stream(ctx, o.reader(), args)
	}
	if err != nil {
		return err
	}
	if o.json != "" {
		text, err := board.encode()
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.json, text, 0o644); err != nil {
			return fmt.Errorf("write scoreboard: %w", err)
		}
	}
	return board.print(stdout)
}

func (o *evalOptions) reader() evalReader {
	return evalReader{label: o.label, time: o.time, skip: o.skip, separator: o.separator}
}

// evalBench is what the modes share.
type evalBench struct {
	learnAll bool
	rare     bool // bring the scores of every detector to 0 to 1
	seed     uint64
	seeds    int
	cfg      *config.Config
	note     io.Writer // for people: progress, and what was left out
}
