// Command ops plays a bad day of operation: it runs labwatch against a real Kafka, with TLS and a password, watched by a
// real Prometheus with the alert rules of deploy/prometheus, and injects ten faults one after the other. Of each it
// says whether the right rule fired, whether its runbook names the cause, and whether labwatch recovered by itself. At
// the end it compares what was sent with what came out. It is for developers, on a Linux machine, as root:
//
//	make ops
//	go run ./cmd/ops --day
//
// With --day it plays a day in fast forward in their place: millions of readings, certificates renewed, the config
// reloaded, two upgrades and a restore from a backup, after which all counters must add up.
// The durations in the rules are divided by twenty, so that a day takes minutes. The last line is the result:
// faults=10 alerted=N recovered=N lost=N
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	whole := flag.Bool("day", false, "play a whole day in place of ten faults")
	flag.Parse()
	if err := run(ctx, *whole); err != nil {
		fmt.Println("ops:", err)
		os.Exit(1)
	}
}

// Patience with one fault: until its rule fires, and until the rule is quiet and labwatch works again.
const (
	alertPatience   = 2 * time.Minute
	recoverPatience = 2 * time.Minute
)

func run(ctx context.Context, whole bool) (err error) {
	s, err := newSite(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	fmt.Println("everything runs; waiting until no rule fires")
	if _, err := s.until(ctx, recoverPatience, s.quiet); err != nil {
		return fmt.Errorf("before the first fault: %w", err)
	}
	if whole {
		if err := day(ctx, s); err != nil {
			return fmt.Errorf("%w; the logs are in %s", err, s.keep())
		}
		return nil
	}
	list := faults()
	alerted, recovered := 0, 0
	for i, f := range list {
		o := s.suffer(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Printf("%2d  %-22s %-28s %s\n", i+1, f.name, f.rule, o)
		if o.alerted {
			alerted++
		}
		if o.recovered {
			recovered++
		}
	}
	lost, err := s.settle(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("faults=%d alerted=%d recovered=%d lost=%d\n", len(list), alerted, recovered, lost)
	if alerted < len(list) || recovered < len(list) || lost > 0 {
		return fmt.Errorf("not every fault was told and mended; the logs are in %s", s.keep())
	}
	return nil
}
