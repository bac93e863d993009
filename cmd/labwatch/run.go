package main

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"labwatch/config"
)

func newRunCommand() *cobra.Command {
	var path, only, instance string
	c := &cobra.Command{
		Use:   "run",
		Short: "Judge readings from Kafka until told to stop",
		Long: `Reads the input topics, publishes standardized records, alerts and rejects, and serves
metrics and health. Without kafka.brokers it starts an embedded broker as a child.

The first SIGINT or SIGTERM stops in order: what has been read is judged and committed.
A second one does not wait for that; nothing is lost either way.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			syscall.Umask(0o077) // what it writes is nobody else's
			cfg, err := config.Load(path)
			if err != nil {
				return usageError{err}
			}
			if instance != "" {
				cfg.Kafka.Instance = instance
			}
			if only != "" && only != stageSequence && only != stageJudge {
				return usageError{fmt.Errorf("--only %q: it is sequence or judge", only)}
			}
			if only != "" && cfg.Fused {
				return usageError{fmt.Errorf("--only %s: with fused there are no two stages", only)}
			}
			e, err := newEngine(cfg, nil)
			if err != nil {
				return usageError{err}
			}
			log := newLog(cfg.Log, cmd.ErrOrStderr())
			return runDaemon(cmd.Context(), daemon{engine: e, log: log, only: only, patience: connectPatience})
		},
	}
	c.Flags().StringVar(&path, "config", "", "config file; without it the defaults")
	c.Flags().StringVar(&only, "only", "", "run one stage only: sequence or judge")
	c.Flags().StringVar(&instance, "instance", "", "name of this process among several, stable over restarts")
	return c
}

// The names of the stages, as flags, groups and metrics have them. The last brings alerts to sinks.
const (
	stageSequence = "sequence"
	stageJudge    = "judge"
	stageDeliver  = "deliver"
)

// consoleLog is how a command that is no daemon logs.
func consoleLog() config.Log { return config.Log{Level: "warn", Format: "console"} }

func newLog(c config.Log, w io.Writer) zerolog.Logger {
	if c.Format == "console" {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly, NoColor: os.Getenv("NO_COLOR") != ""}
	}
	level, err := zerolog.ParseLevel(c.Level)
	if err != nil { // validated
		level = zerolog.InfoLevel
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}
