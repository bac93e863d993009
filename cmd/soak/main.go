//go:build linux

// Command soak runs labwatch on an embedded broker under a steady load and watches what must not grow: memory,
// goroutines, open files, the state folder, and the lag. It is for developers:
//
//	go run ./cmd/soak --for 60m --rate 10000 --out soak
//
// Kafka keeps the readings of the last minutes only, so that the disk does not set the rate. Where the lag comes near that,
// labwatch works harder than it would elsewhere; the run then fails.
//
// It writes soak.csv and soak.png, and ends with one line that compares the last tenth of the time with what came after
// the first ten minutes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"labwatch/config"
)

type settings struct {
	duration time.Duration
	every    time.Duration
	warm     time.Duration
	rate     int
	devices  int
	keep     time.Duration
	out      string
}

func main() {
	var s settings
	flag.DurationVar(&s.duration, "for", time.Hour, "how long")
	flag.DurationVar(&s.every, "every", 10*time.Second, "how often to look")
	flag.DurationVar(&s.warm, "warm", 10*time.Minute, "what comes before is not compared")
	flag.IntVar(&s.rate, "rate", 10_000, "readings a second")
	flag.IntVar(&s.devices, "devices", 1000, "instruments")
	flag.DurationVar(&s.keep, "keep", 5*time.Minute, "how long Kafka keeps readings, and what is published: a longer lag ends the run")
	flag.StringVar(&s.out, "out", "soak", "folder for soak.csv and soak.png")
	flag.Parse()
	if least := 4 * config.Default().Kafka.Redo.Age; s.keep < least { // labwatch saves all that it has when input that it would need is about to go
		fmt.Fprintf(os.Stderr, "soak: --keep %v: want at least %v\n", s.keep, least)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	l, err := start(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	samples, err := l.watch(ctx, s)
	if len(samples) == 0 {
		return errors.Join(err, errors.New("nothing was seen"))
	}
	err = errors.Join(err, writeCSV(filepath.Join(s.out, "soak.csv"), samples), drawPNG(filepath.Join(s.out, "soak.png"), samples))
	fmt.Println(summary(samples, s.warm))
	if near := samples[len(samples)-1].near; near > 0 {
		err = errors.Join(err, fmt.Errorf("%.0f times a partition saved all its state because Kafka keeps readings for %v only", near, s.keep))
	}
	return err
}
