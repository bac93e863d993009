package main

import (
	"github.com/spf13/cobra"

	"labwatch/config"
)

func newConfigCommand() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Print all settings: as a file, for an editor, as a page"}
	onlyHolds(c)
	printer := func(use, short, long string, text func() ([]byte, error)) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Long: long, Args: usage(cobra.NoArgs),
			RunE: func(cmd *cobra.Command, _ []string) error {
				b, err := text()
				if err == nil {
					_, err = cmd.OutOrStdout().Write(b)
				}
				return err
			}}
	}
	c.AddCommand(
		printer("default", "Print a config file with every setting, its default and its meaning",
			"A start for a file of your own: what you take out keeps its default.",
			func() ([]byte, error) { return config.Documented(), nil }),
		printer("schema", "Print a JSON Schema of config files, for editors",
			"JSON Schema 2020-12. It knows names, types and words; check knows the rest.", config.Schema),
		printer("reference", "Print all settings with their variables, as Markdown",
			"The page docs/config.md of the repository.",
			func() ([]byte, error) { return config.Reference(), nil }))
	return c
}
