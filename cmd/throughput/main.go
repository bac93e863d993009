//go:build linux

// Command throughput measures what labwatch costs beside a bare Kafka loop. It is for developers; nothing of
// labwatch needs it.
//
//	go run ./cmd/throughput                                   # all figures, on an embedded broker of its own
//	go run ./cmd/throughput --brokers 127.0.0.1:19092 --json figures.json
//	go run ./cmd/throughput --ways fused --rounds 2 --records 200000 --warm 0 --paced 10s    # a quick look
//	go run ./cmd/throughput --scale 100000 --analytes 5 --rate 2000    # recovery and memory of a large fleet
//
// It fills an input part by part and lets processes drain each in turns: the bare loop, one way of labwatch, the bare
// loop, the next way, and so on for some rounds, each of which begins with another way. The bare loop reads the same messages, read committed, and writes each
// one unchanged, in transactions of 200 ms. A way is only ever compared with the bare loop that ran just before it,
// because machines change their pace within minutes.
//
//	bare                 the loop
//	fused                labwatch on one topic that holds all kinds
//	sequenced            labwatch on four topics: standardized into the log, then judged from it
//	fused-no-detectors   fused with empty lists of detectors: what is left is reading, standardizing, rules, writing
//	fused-no-snapshots   fused with a redo budget beyond the input: no snapshot is written while it is measured, to Kafka
//	                     or to disk; the stop behind each part writes them all
//
// Then come pairs of labwatch with itself, in turns: with and without transactions (at least once, by a build for
// sabotage), with and without snapshots and the disk, and live against the replay of a recovery after kill -9.
//
// The first 500 readings of a series cost about three times as much as later ones, because its baseline is fitted anew
// as it grows. A laboratory has that behind it, but for new devices: before the first round everybody drains --warm
// messages, which are not measured, and then keeps its state from round to round. The other end, a fleet of which no
// device has learned yet: --devices 1000 --warm 0 --records 400000 --rounds 1, a few times.
//
// What a part is not: all parts have the same random numbers, under other ids and at other times, so values come again from
// part to part. And it begins with nothing to snapshot, because the stop before it has saved all: of the 250,000 messages of
// a partition the first 200,000 (kafka.redo.records) force none, so snapshots come about a fifth too seldom beside a process
// that runs on.
//
// Records a second and CPU a record are those between the first and the last commit that is seen, so that a process's
// start and its joining of the group do not count. The first commit of labwatch comes 25 ms after it has begun,
// because its first intervals are short, and that of the bare loop after 200 ms; both windows open there. Then
// simulated instruments send at a steady rate, and a reader of committed data notes when each record becomes readable:
// see latency.go.
//
// All processes are children of this one, on one machine; CPU and memory are read from /proc, hence Linux only.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	brokers string
	ways    string
	records int
	warm    int
	rounds  int
	devices int
	rate    int
	paced   time.Duration
	pairs   bool
	json    string

	scale, analytes, memory int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "throughput: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == bareCommand { // this program as a child of itself
		return bareMain(ctx, args[1:])
	}
	o, err := parseFlags(args)
	if err != nil {
		return err
	}
	ways, err := selectWays(o.ways)
	if err != nil {
		return err
	}
	b, err := openBench(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	if o.scale > 0 {
		return measureScale(ctx, b)
	}
	report := newReport(b)
	report.Machine.print(os.Stdout)
	if o.rounds > 0 {
		if err := measureDrains(ctx, b, ways, report); err != nil {
			return err
		}
	}
	if o.rounds > 0 && o.pairs {
		if err := measurePairs(ctx, b, report); err != nil {
			return err
		}
		if err := measureReplays(ctx, b, report); err != nil {
			return err
		}
	}
	if o.paced > 0 {
		if err := measureLatencies(ctx, b, ways, report); err != nil {
			return err
		}
	}
	if o.json == "" {
		return nil
	}
	return report.write(o.json)
}

func parseFlags(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("throughput", flag.ContinueOnError)
	f.StringVar(&o.brokers, "brokers", "", "host:port,... of a Kafka to use (default: an embedded broker of its own)")
	f.StringVar(&o.ways, "ways", strings.Join(wayNames(), ","), "what to measure beside the bare loop")
	f.IntVar(&o.records, "records", 1_000_000, "messages of a part of the input")
	f.IntVar(&o.warm, "warm", 1_700_000, "messages before the first part, from which the devices learn; not measured")
	f.IntVar(&o.rounds, "rounds", 5, "parts, each drained by everybody; 0 leaves draining out")
	f.IntVar(&o.devices, "devices", 500, "simulated devices")
	f.IntVar(&o.rate, "rate", 20_000, "messages a second while latency is measured")
	f.DurationVar(&o.paced, "paced", time.Minute, "how long latency is measured, of the plain ways; 0 leaves it out")
	f.BoolVar(&o.pairs, "pairs", true, "also measure exactly-once on and off, snapshots on and off, and replay")
	f.StringVar(&o.json, "json", "", "also write all figures to this file")
	f.IntVar(&o.scale, "scale", 0, "instead, measure recovery and memory with that many devices, see scale.go")
	f.IntVar(&o.analytes, "analytes", 5, "of each of these devices")
	f.IntVar(&o.memory, "memory-mb", 512, "judge.memory_mb while they are measured")
	if err := f.Parse(args); err != nil {
		return o, fmt.Errorf("read flags: %w", err)
	}
	if o.records < 10_000 || o.devices < 1 || o.rate < 1 || o.rounds < 0 || o.warm < 0 {
		return o, fmt.Errorf("read flags: --records must be at least 10000, --devices and --rate 1, --rounds and --warm 0")
	}
	if o.paced != 0 && o.paced < lagWindow {
		return o, fmt.Errorf("read flags: --paced must be 0 or at least %v", lagWindow)
	}
	return o, nil
}
