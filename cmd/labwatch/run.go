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
A second one does not wait for that; nothing is lost either way. SIGHUP, or POST
/-/reload on http.admin, reads the config again: what can change while records flow
comes into force, the log names what waits for a restart, and on a mistake everything
stays as it was.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			syscall.Umask(0o077) // what it writes is nobody else's
			read := func() (*config.Config, error) {
				cfg, err := config.Load(path)
				if err == nil && instance != "" {
					cfg.Kafka.Instance = instance
				}
				return cfg, err
			}
			cfg, err := read()
			if err != nil {
				return usageError{err}
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
			log, level := newLevelledLog(cfg.Log, cmd.ErrOrStderr())
			return runDaemon(cmd.Context(), daemon{engine: e, log: log, level: level, reread: read, only: only, patience: connectPatience})
		},
	}
	configFlag(c, &path)
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
	log, _ := newLevelledLog(c, w)
	return log
}

// terminal says whether a person reads along: colours in a file are noise.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// newLevelledLog writes to w from the level on that the returned filter has.
func newLevelledLog(c config.Log, w io.Writer) (zerolog.Logger, *levelFilter) {
	if c.Format == "console" {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly, NoColor: os.Getenv("NO_COLOR") != "" || !terminal(w)}
	}
	level := &levelFilter{to: w}
	_ = level.Set(c.Level) // validated
	return zerolog.New(level).Level(zerolog.DebugLevel).With().Timestamp().Logger(), level
}
