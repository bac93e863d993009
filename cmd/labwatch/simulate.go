package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"labwatch/config"
)

// simulateOptions are the flags of labwatch simulate.
type simulateOptions struct {
	config  string
	brokers []string
	devices int
	rate    int
	unpaced bool
	lasts   time.Duration
	count   int64
	seed    uint64
	faults  []string
	fused   string
	topics  simTopics
	start   string
}

// newSimulateCommand is labwatch simulate: instruments that are not there.
func newSimulateCommand() *cobra.Command {
	o := simulateOptions{topics: defaultTopics()}
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Send readings of simulated instruments to Kafka",
		Long: `Send readings of simulated instruments to Kafka: results, quality control, device logs and
telemetry, with the odd bounds, words, decimal commas and unit spellings that real ones send.
The same seed and start time give the same messages. Four fifths of the devices are analysers
(analyser-01, ...; as many digits as the fleet needs), the rest monitors (monitor-01, ...), at the
facilities FAC-A, FAC-B and FAC-C.

Faults are given as kind:name=value,... with device, at (after the start, default 0s) and for
(default: to the end), most with test (a test code such as GLU, or a channel such as ph_level):
` + faultHelp(),
		Example: `  labwatch simulate --rate 200 --for 1m
  labwatch simulate --fault drift:device=analyser-03,test=GLU,at=30s,shift=1.5sd --fault silent:device=monitor-01,at=1m`,
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return o.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&o.config, "config", "", "config file from which kafka.brokers or broker.port, kafka.tls and kafka.sasl are taken")
	f.StringSliceVar(&o.brokers, "brokers", nil, "addresses of Kafka brokers to start from, in place of the config's (default: 127.0.0.1:9092)")
	f.IntVar(&o.devices, "devices", 20, "simulated devices")
	f.IntVar(&o.rate, "rate", 100, "messages a second")
	f.BoolVar(&o.unpaced, "unpaced", false, "send as fast as Kafka takes it; the rate is then that of the messages' own times only")
	f.DurationVar(&o.lasts, "for", 0, "stop after this time, counted from the first message (default: until Ctrl-C)")
	f.Int64Var(&o.count, "count", 0, "stop after this many messages (default: no limit)")
	f.Uint64Var(&o.seed, "seed", 1, "seed of all randomness")
	f.StringArrayVar(&o.faults, "fault", nil, "a fault to inject, see above; may be repeated")
	f.StringVar(&o.fused, "fused", "", "send all kinds to this one topic, with a field kind")
	f.StringVar(&o.topics[simResults], "results-topic", o.topics[simResults], "topic of results")
	f.StringVar(&o.topics[simQC], "qc-topic", o.topics[simQC], "topic of quality control")
	f.StringVar(&o.topics[simLogs], "logs-topic", o.topics[simLogs], "topic of device logs")
	f.StringVar(&o.topics[simTelemetry], "telemetry-topic", o.topics[simTelemetry], "topic of telemetry")
	f.StringVar(&o.start, "start-time", "", "event time of the first message, RFC 3339 (default: now)")
	return c
}

func faultHelp() string {
	var b strings.Builder
	for _, k := range faultKinds {
		fmt.Fprintf(&b, "  %-14s %s\n", k.name, k.what)
	}
	return strings.TrimRight(b.String(), "\n")
}

// fleet checks all options and makes the fleet; the error names every mistake.
func (o *simulateOptions) fleet(now time.Time) (*fleet, error) {
	var errs []error
	if o.devices < 1 || o.devices > 1_000_000 {
		errs = append(errs, fmt.Errorf("--devices %d: must lie from 1 to 1000000", o.devices))
	}
	if o.rate < 1 {
		errs = append(errs, fmt.Errorf("--rate %d: must be 1 or more", o.rate))
	}
	if o.lasts < 0 {
		errs = append(errs, fmt.Errorf("--for %s: must not be negative", o.lasts))
	}
	if o.count < 0 {
		errs = append(errs, fmt.Errorf("--count %d: must not be negative", o.count))
	}
	if o.start != "" {
		at, err := time.Parse(time.RFC3339, o.start)
		if err != nil {
			errs = append(errs, fmt.Errorf("--start-time %q: is no RFC 3339 time such as 2026-01-31T08:00:00Z", o.start))
		}
		now = at
	}
	faults, err := parseFaults(o.faults)
	if err != nil {
		errs = append(errs, err)
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	if o.fused != "" {
		o.topics = simTopics{o.fused, o.fused, o.fused, o.fused}
	}
	return newFleet(fleetConfig{Devices: o.devices, Rate: o.rate, Seed: o.seed, Start: now, Fused: o.fused != "", Faults: faults})
}

// limit is how many messages to send; 0 means no limit.
func (o *simulateOptions) limit() int64 {
	n := o.count
	if o.lasts > 0 {
		if most := int64(o.lasts.Seconds() * float64(o.rate)); n == 0 || most < n {
			n = max(1, most)
		}
	}
	return n
}

// run sends until the limit or the end of ctx, and ends with one line of what was sent, and one for each fault.
func (o *simulateOptions) run(ctx context.Context, out, progress io.Writer) error {
	f, err := o.fleet(time.Now())
	if err != nil {
		return usageError{err}
	}
	w, err := o.writer()
	if err != nil {
		return usageError{err}
	}
	defer w.Close()
	patience, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	w.waits = func(problem error) {
		fmt.Fprintf(progress, "waiting for Kafka and its topics on %s, at most %v: %v\n", strings.Join(w.brokers, ","), connectPatience, problem)
	}
	if err := w.WaitTopics(patience, o.topics.distinct()...); err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil // stopped before anything was sent
		}
		return err
	}

	var counts [simStreams]int64
	show := newSimProgress(progress, o.limit())
	begin := time.Now()
	pace := o.rate
	if o.unpaced {
		pace = math.MaxInt32 // always behind, so never a pause
	}
	err = paced(ctx, pace, o.limit(), func(n int) error {
		batch := make([]simMessage, n)
		arena := make([]byte, 0, n*400) // the writer keeps the values until they are acknowledged
		for i := range batch {
			batch[i], arena = f.next(arena)
		}
		if err := w.Send(ctx, o.topics, batch); err != nil {
			return err
		}
		for _, m := range batch {
			counts[m.Stream]++
		}
		show.sent(n)
		return nil
	})
	show.end()
	printCounts(out, counts, time.Since(begin))
	for _, in := range f.injections() {
		fmt.Fprintf(out, "injected %s: %d records of %s, %s to %s, first %s\n",
			in.Kind, in.Count, in.Device, utc(in.From), utc(in.To), in.First)
	}
	return err
}

// writer connects to the brokers of the flag, else to those of the config, else to where an embedded one listens.
func (o *simulateOptions) writer() (*outsideWriter, error) {
	cfg := new(config.Default())
	if o.config != "" {
		var err error
		if cfg, err = config.Load(o.config); err != nil {
			return nil, err
		}
	}
	brokers := o.brokers
	if len(brokers) == 0 {
		brokers = cfg.Kafka.Brokers
	}
	if len(brokers) == 0 {
		brokers = []string{embeddedAddress(cfg)}
	}
	w := newOutsideWriter(brokers)
	return w, w.secure(&cfg.Kafka)
}

func printCounts(out io.Writer, counts [simStreams]int64, took time.Duration) {
	total := int64(0)
	text := ""
	for s, n := range counts {
		total += n
		text += fmt.Sprintf(", %s %d", simStream(s), n)
	}
	fmt.Fprintf(out, "sent %d messages in %.1f s%s\n", total, took.Seconds(), text)
}

func utc(at int64) string { return time.Unix(0, at).UTC().Format(simTimeLayout) }
