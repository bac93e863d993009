// Command labwatch judges every reading of a laboratory the moment it arrives. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // standardize.zone, on machines and in images that have no zones

	"github.com/spf13/cobra"
)

// The exit codes. Scripts rely on them.
const (
	exitOK     = 0
	exitFailed = 1 // something went wrong while working
	exitUsage  = 2 // flags, config, mappings or keys are wrong; nothing was started
)

func main() {
	os.Exit(execute(os.Args[1:]))
}

func execute(args []string) int {
	ctx, stop := interruptible()
	defer stop()
	root := newRootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(os.Stderr, "labwatch: %v\n", err)
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitFailed
}

// usageError is a mistake of whoever called us.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// interruptible ends its context at the first SIGINT or SIGTERM. After that the signals are ours again: run listens
// for a second one to stop without draining.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "labwatch",
		Short: "Judges every reading of a laboratory the moment it arrives",
		Long: `labwatch reads laboratory results, quality controls, device logs and telemetry from
Kafka, standardizes them, learns what is normal for each device, and publishes
standardized records and alerts.

Exit codes: 0 done, 1 failed while working, 2 wrong flags, config, mappings or keys.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	onlyHolds(root)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newRunCommand(), newDemoCommand(), newReplayCommand(), newTestCommand(), newSimulateCommand(),
		newCheckCommand(), newConfigCommand(), newBrokerCommand(), newKeysCommand(), newRejectsCommand(), newExplainCommand(), newAlertCommand(),
		newEvalCommand(), newStateCommand(), newVersionCommand())
	return root
}

// onlyHolds makes a command that does nothing itself show its help, and take a word that is none of its commands as
// the mistake that it is.
func onlyHolds(c *cobra.Command) {
	c.Args = usage(cobra.NoArgs)
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.DisableFlagsInUseLine = true
}

// usage marks mistakes in arguments as such.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// configFlag is the flag of each command that needs a config.
func configFlag(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "config", "", "config file; without it the defaults")
}
