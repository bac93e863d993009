// Command faults proves, or disproves, that labwatch loses nothing and says nothing twice. It runs several labwatch
// processes under a seeded schedule of faults and then compares what readers of committed data find with what one
// engine, never disturbed, says to the same input. It is for developers:
//
//	make faults SEED=7 FOR=5m BROKER=embedded
//
// The same seed gives the same faults in the same order to each target; what they hit depends on the machine. The
// last line is the result: faults=N records=N lost=N doubled=N disordered=N state_differences=N seed=N broker=...
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // a violation, a stall, or a run that could not be made; of a sabotage: it was not caught
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], os.Stdout))
}

// execute runs one command line.
func execute(ctx context.Context, args []string, out io.Writer) int {
	s, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(out, "faults: %v\n", err)
		return exitUsage
	}
	r, err := run(ctx, s, out)
	r.print(out, s)
	if err != nil { // no verdict: a sabotage was not caught by a run that could not be made
		fmt.Fprintf(out, "faults: %v\n", err)
		return exitFailed
	}
	if good := !r.wrong(); s.sabotage == "" && good || s.sabotage != "" && r.caught() {
		return exitOK
	}
	return exitFailed
}
