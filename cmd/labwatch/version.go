package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"labwatch/web"
)

// version is set by the linker for a release.
var version = "dev"

func newVersionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "version", Short: "Print the version", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b := web.ReadBuild(version)
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(b)
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "labwatch %s %s %s %s\n", b.Version, b.Revision, b.Go, b.Platform)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
