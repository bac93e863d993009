package main

import (
	"crypto/rand"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"labwatch/alerts"
	"labwatch/config"
	"labwatch/record"
	"labwatch/stream"
)

func newTestCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "test FILE...",
		Short: "Test a config: readings in, alerts and rejects out",
		Long: `Reads files of tests, written in YAML beside the config, makes the readings that they
describe, judges them with the engine of run, and compares the alerts and rejects with
those that the test wants. It needs neither Kafka nor keys, and takes nothing from the
environment. docs/testing.md has the form and two examples.

Exit code 1 when a test fails, with what is missing and what was not wanted; 2 when a
file is wrong.`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCases(args, path, cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&path, "config", "", "config file of tests that name none; without it the defaults")
	return c
}

func runCases(files []string, path string, out io.Writer) error {
	ran, failed := 0, 0
	for _, file := range files {
		tests, cfg, err := config.ReadTests(file, path)
		if err != nil {
			return usageError{err}
		}
		for i := range tests.Tests {
			test := &tests.Tests[i]
			got, err := runCase(cfg, test)
			if err != nil {
				return usageError{fmt.Errorf("%s: %s: %w", file, test.Name, err)}
			}
			ran++
			differences := compare(test, got)
			word := "ok  "
			if len(differences) > 0 {
				failed++
				word = "FAIL"
			}
			fmt.Fprintf(out, "%s  %s: %s (%d messages)\n", word, file, test.Name, got.messages)
			for _, d := range differences {
				fmt.Fprintf(out, "      %s\n", d)
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d tests failed", failed, ran)
	}
	return nil
}

// caseOutcome is what came out of a test.
type caseOutcome struct {
	messages int
	alerts   []alerts.Alert
	rejects  []caseReject
}

type caseReject struct{ code, topic string }

// runCase judges the messages of a test with a fresh engine, as replay does with those of files.
func runCase(cfg *config.Config, test *config.Test) (got caseOutcome, err error) {
	messages, err := caseMessages(cfg, test)
	if err != nil {
		return got, err
	}
	keys, err := record.NewEphemeralKeyring(rand.Reader) // nobody sees a token
	if err != nil {
		return got, err
	}
	e, err := newEngine(cfg, keys)
	if err != nil {
		return got, err
	}
	w := e.worker(true)
	emit := func(o stream.Output) {
		switch o.To {
		case stream.Alerts:
			a, parseErr := alerts.ParseJSON(o.Value)
			if parseErr != nil && err == nil {
				err = parseErr
			}
			got.alerts = append(got.alerts, a)
		case stream.Rejects:
			r := caseReject{}
			for _, h := range o.Headers {
				switch h.Key {
				case "labwatch.error.code":
					r.code = string(h.Value)
				case "__connect.errors.topic":
					r.topic = string(h.Value)
				}
			}
			got.rejects = append(got.rejects, r)
		}
	}
	for i, m := range messages {
		if err := w.Process(stream.Message{Topic: m.topic, Offset: int64(i), Value: m.value}, emit); err != nil {
			return got, err
		}
		if i%1000 == 999 {
			w.Committed(0)
		}
	}
	got.messages = len(messages)
	return got, err
}
