package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"labwatch/config"
)

func newCheckCommand() *cobra.Command {
	var path string
	var show bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Look for mistakes in the config, the mappings and the keys",
		Long: `Reads the config, the mapping files and the key file as run would, and reports every
mistake with its path, without starting anything. Exit code 2 if there is one.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var errs []error
			cfg, err := config.Load(path)
			if cfg == nil {
				return usageError{err}
			}
			if err != nil {
				errs = append(errs, err)
			}
			if _, err := loadMapping(cfg.Standardize.Mappings); err != nil {
				errs = append(errs, err)
			}
			keys, err := loadKeys(cfg.Standardize.KeyFile)
			if cfg == nil {
				return usageError{err}
			}
			if err != nil {
				errs = append(errs, err)
			}
			errs = append(append(errs, cfg.Kafka.CheckFiles()...), cfg.State.CheckFiles())
			if err := errors.Join(errs...); err != nil {
				return usageError{fmt.Errorf("check:\n%w", err)}
			}
			for _, warning := range cfg.Kafka.Warnings() {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning:", warning)
			}
			if show {
				text, err := config.Marshal(cfg)
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(text)
				return err
			}
			var inputs []string
			for _, in := range cfg.Inputs {
				inputs = append(inputs, fmt.Sprintf("%s (%s, %s)", in.Topic, in.Kind, in.Format))
			}
			brokers := "the embedded broker in " + cfg.Broker.Dir
			if len(cfg.Kafka.Brokers) > 0 {
				brokers = strings.Join(cfg.Kafka.Brokers, ", ")
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "ok\ninputs   %s\nbrokers  %s\nkeys     %s (fingerprint %s)\nmappings %d files\n",
				strings.Join(inputs, ", "), brokers, keys.ID(), keys.Fingerprint(), len(cfg.Standardize.Mappings))
			return err
		},
	}
	c.Flags().StringVar(&path, "config", "", "config file; without it the defaults")
	c.Flags().BoolVar(&show, "print", false, "print the whole config with every default")
	return c
}
