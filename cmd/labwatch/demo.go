package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"labwatch/alerts"
	"labwatch/config"
	"labwatch/record"
	"labwatch/stream/kafka"
)

type demoOptions struct {
	out      string
	length   time.Duration
	seed     uint64
	leaveOut []string
	verbose  bool
	listen   string
}

func newDemoCommand() *cobra.Command {
	var o demoOptions
	c := &cobra.Command{
		Use:   "demo",
		Short: "See it work: an embedded broker, instruments with troubles, alerts, and a report",
		Long: `Starts an embedded Kafka broker in memory, learns a clean history, then plays fifty
telemetry samples with four injected troubles and three live analysers, one of which
drifts. Prints alerts as they open, writes a report, and says what was injected, when it
was caught, and what was raised without cause. Needs no key and no file: the keys are made
for this run and forgotten.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.length != 0 && o.length < demoLeast {
				return usageError{fmt.Errorf("--for %v: the demo needs at least %v", o.length, demoLeast)}
			}
			for _, name := range o.leaveOut {
				if !slices.Contains(demoTroubles[:], name) {
					return usageError{fmt.Errorf("--leave-out %q: it is one of %s", name, strings.Join(demoTroubles[:], ", "))}
				}
			}
			if err := o.validateListen(); err != nil {
				return usageError{err}
			}
			return o.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&o.out, "out", "demo-out", "folder for the report")
	c.Flags().DurationVar(&o.length, "for", 0, "end after that long, at least 15s; 0: serve /metrics until Ctrl-C")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "seed of the instruments")
	c.Flags().StringSliceVar(&o.leaveOut, "leave-out", nil, "troubles that are not injected: "+strings.Join(demoTroubles[:], ", "))
	c.Flags().BoolVar(&o.verbose, "verbose", false, "show the daemon's own log")
	c.Flags().StringVar(&o.listen, "listen", config.Default().HTTP.Listen, "address of /metrics and health")
	return c
}

// validateListen finds an address that the demo cannot open. It asks nobody for a token, so it answers its own machine only.
func (o *demoOptions) validateListen() error {
	c := config.Default().HTTP
	c.Listen, c.AllowAnonymous = o.listen, true
	if errs := c.Validate(); len(errs) > 0 {
		return fmt.Errorf("--listen %q: is not host:port", o.listen)
	}
	if c.AllowAnonymous = false; len(c.Validate()) > 0 {
		return fmt.Errorf("--listen %s: other machines can reach it, and the demo asks nobody who they are; choose an address such as 127.0.0.1:8499", o.listen)
	}
	return nil
}

// demoTroubles can be left out: those of originalScenario, and that of liveFleet.
var demoTroubles = [...]string{"error_code", "drift", "cold_store", "contamination", "analyser_drift"}

// The demo's timetable, for --for 20s. The history goes as fast as it can, the live part takes demoPlay.
const (
	demoLeast = 15 * time.Second
	demoPlay  = 7 * time.Second
	// demoSettle is how long the last reading may take to become an alert that the consumer has read: two commits,
	// the client's waits, and room for a slow machine.
	demoSettle = time.Minute
)

// demo is the run while it goes on.
type demo struct {
	demoOptions
	stdout io.Writer

	mu      sync.Mutex // the consumers write while the script reads
	report  reportInput
	samples map[string]judgement // by record id
	seen    int64                // judged records read back
}

func (o *demoOptions) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	if err := makeReportDir(o.out); err != nil { // half a minute later would be late
		return err
	}
	keys, err := record.NewEphemeralKeyring(rand.Reader)
	if err != nil {
		return err
	}
	broker, err := kafka.StartBroker("", config.Default().Broker.Port)
	if err != nil {
		return err
	}
	stateDir, err := os.MkdirTemp("", "labwatch-demo-")
	if err != nil {
		return errors.Join(fmt.Errorf("make folder for state: %w", err), broker.Close())
	}
	defer func() { err = errors.Join(err, broker.Close(), os.RemoveAll(stateDir)) }()

	cfg, err := demoConfig(broker.Address(), stateDir, o.listen)
	if err != nil {
		return err
	}
	e, err := newEngine(cfg, keys)
	if err != nil {
		return err
	}
	logTo := stderr
	if !o.verbose {
		cfg.Log.Level = "warn"
	}
	fmt.Fprintf(stdout, "labwatch demo\n  broker   %s (embedded, in memory)\n  keys     made for this run and forgotten afterwards\n", broker.Address())

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d := &demo{demoOptions: *o, stdout: stdout, samples: map[string]judgement{}}
	d.report = reportInput{
		Generated: time.Now(), Seed: o.seed, Broker: "embedded broker at " + broker.Address(), Version: version, Grace: 10 * time.Minute,
		Note: "The keys that protect identifiers were made for this run and forgotten.",
	}
	running := make(chan string, 1)
	var tasks sync.WaitGroup
	results := make(chan error, 2)
	task := func(f func() error) {
		tasks.Go(func() {
			err := f()
			stop() // one ends, all end
			results <- err
		})
	}
	task(func() error {
		return runDaemon(ctx, daemon{engine: e, log: newLog(cfg.Log, logTo), embedded: true, patience: connectPatience,
			started: func(http string, _ *kafka.Judge) { running <- http }})
	})
	task(func() error {
		select {
		case http := <-running:
			fmt.Fprintf(stdout, "  metrics  http://%s/metrics\n\n", http)
			return d.script(ctx, cfg)
		case <-ctx.Done():
			return nil
		}
	})
	tasks.Wait()
	return errors.Join(<-results, <-results)
}

// demoConfig is the defaults with the original's limits, on a broker of our own.
func demoConfig(broker, stateDir, listen string) (*config.Config, error) {
	cfg := config.Default()
	cfg.Kafka.Brokers = []string{broker}
	cfg.Kafka.Group = "labwatch-demo"
	cfg.Kafka.Instance = "demo"
	cfg.State.Dir = filepath.Join(stateDir, "state")
	cfg.HTTP.Listen = listen
	cfg.Alerts.Limit.Profile = alerts.ProfileOriginal
	// The devices' clocks of the scenario run ahead of the wall clock's pace; nobody is silent in it.
	cfg.Alerts.Silent.Enabled = false
	if errs := cfg.Validate(); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &cfg, nil
}
