package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"labwatch/config"
	"labwatch/state"
)

func newStateCommand() *cobra.Command {
	c := &cobra.Command{Use: "state", Short: "Back up and restore the state folder",
		Long: `The state folder is a cache of the snapshot topic: without it labwatch reads the topic and
goes on as before. A backup saves that reading when a large fleet moves to another machine.
It cannot take the place of the topic, and one that is older is brought up to date from it.`}
	onlyHolds(c)
	var path string
	backup := &cobra.Command{Use: "backup FILE", Short: "Write all state to a file",
		Long: `Writes the state of a labwatch that is stopped. A running one is asked by
"curl -fo FILE http://ADDRESS/-/backup" on http.admin, and goes on working meanwhile. The file is
not encrypted, whether or not the folder is; an existing file is not overwritten.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := config.Load(path)
			if err != nil {
				return usageError{err}
			}
			return backupState(cfg.State, args[0], stateLog(cmd))
		}}
	restore := &cobra.Command{Use: "restore FILE", Short: "Fill an empty state folder from a backup",
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := config.Load(path)
			if err != nil {
				return usageError{err}
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("read backup: %w", err)
			}
			return errors.Join(state.Restore(cfg.State, stateLog(cmd), f), f.Close())
		}}
	c.PersistentFlags().StringVar(&path, "config", "", "config file; without it the defaults")
	c.AddCommand(backup, restore)
	return c
}

func stateLog(cmd *cobra.Command) zerolog.Logger {
	return zerolog.New(zerolog.ConsoleWriter{Out: cmd.ErrOrStderr(), NoColor: true}).Level(zerolog.WarnLevel).With().Timestamp().Logger()
}

// backupState leaves no file that is not whole.
func backupState(cfg state.Config, path string, log zerolog.Logger) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	err = state.Backup(cfg, log, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// loggedBackup is a store's backup, said in the log.
func loggedBackup(store *state.Store, log zerolog.Logger) func(io.Writer) error {
	return func(w io.Writer) error {
		err := store.Backup(w)
		if err != nil {
			log.Warn().Err(err).Msg("a backup of the state broke off")
		} else {
			log.Info().Msg("the state was backed up")
		}
		return err
	}
}
