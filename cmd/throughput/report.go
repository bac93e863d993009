//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is every figure, as --json writes it.
type report struct {
	Machine   machine    `json:"machine"`
	Records   int        `json:"records"` // of a part
	Warm      int        `json:"warm"`
	Devices   int        `json:"devices"`
	Pairs     []pair     `json:"pairs"` // in the order in which they ran
	Switched  []switched `json:"switched"`
	Replays   []replay   `json:"replays"`
	Latencies []latency  `json:"latencies"`
}

// pair is one run of a way and the bare loop's just before it.
type pair struct {
	Way  string `json:"way"`
	Bare drain  `json:"bare"`
	Own  drain  `json:"own"`
}

// machine is what the figures depend on.
type machine struct {
	Cores  int    `json:"cores"`
	CPU    string `json:"cpu"`
	Go     string `json:"go"`
	Broker string `json:"broker"`
	Load   string `json:"load"` // of the last minute, before anything began: others at work spoil the figures
	At     string `json:"at"`
}

func newReport(b *bench) *report {
	r := &report{Records: b.records, Warm: b.warm, Devices: b.devices}
	r.Machine = machine{Cores: runtime.NumCPU(), CPU: cpuModel(), Go: runtime.Version(), Broker: "embedded",
		Load: loadAverage(), At: time.Now().UTC().Format(time.RFC3339)}
	if b.broker == nil {
		r.Machine.Broker = join(b.brokers)
	}
	return r
}

func (r *report) add(way string, bare, own drain) { r.Pairs = append(r.Pairs, pair{way, bare, own}) }

func (r *report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	return nil
}

func (m machine) print(w io.Writer) {
	fmt.Fprintf(w, "machine cores=%d cpu=%q go=%s broker=%s load=%s at=%s\n", m.Cores, m.CPU, m.Go, m.Broker, m.Load, m.At)
}

// printDrains prints a line for the bare loop, over all its runs, and one for each way. Every figure is the median of
// its runs, with least..greatest in brackets; fractions are those of pairs, not of medians.
func (r *report) printDrains(w io.Writer) {
	fmt.Fprintf(w, "name=bare %s of_bare=1 cpu_of_bare=1\n", figures(r.Pairs, func(p pair) drain { return p.Bare }))
	var names []string
	for _, p := range r.Pairs {
		if !slices.Contains(names, p.Way) {
			names = append(names, p.Way)
		}
	}
	for _, name := range names {
		of := slices.DeleteFunc(slices.Clone(r.Pairs), func(p pair) bool { return p.Way != name })
		fmt.Fprintf(w, "name=%s %s of_bare=%s cpu_of_bare=%s\n", name, figures(of, func(p pair) drain { return p.Own }),
			spread(of, "%.3f", func(p pair) float64 { return p.Own.RecordsPerSecond / p.Bare.RecordsPerSecond }),
			spread(of, "%.2f", func(p pair) float64 { return p.Own.CPUMicros / p.Bare.CPUMicros }))
	}
}

func figures(of []pair, which func(pair) drain) string {
	s := func(format string, value func(drain) float64) string {
		return spread(of, format, func(p pair) float64 { return value(which(p)) })
	}
	line := fmt.Sprintf("rounds=%d records_per_second=%s cpu_us_per_record=%s rss_mb=%s", len(of),
		s("%.0f", func(d drain) float64 { return d.RecordsPerSecond }), s("%.2f", func(d drain) float64 { return d.CPUMicros }),
		s("%.0f", func(d drain) float64 { return d.PeakMB }))
	if which(of[0]).BrokerCPUMicros > 0 { // a Kafka that is not ours tells nothing
		line += " broker_cpu_us_per_record=" + s("%.2f", func(d drain) float64 { return d.BrokerCPUMicros })
	}
	return line
}

// spread is median[least..greatest].
func spread[T any](of []T, format string, value func(T) float64) string {
	var all []float64
	for _, p := range of {
		all = append(all, value(p))
	}
	return fmt.Sprintf(format+"["+format+".."+format+"]", median(all), slices.Min(all), slices.Max(all))
}

func (l latency) print(w io.Writer) {
	for _, what := range []struct {
		name string
		quantiles
	}{{"records", l.Records}, {"alerts", l.Alerts}} {
		fmt.Fprintf(w, "latency way=%s of=%s rate=%d n=%d p50_ms=%.0f p99_ms=%.0f p999_ms=%.0f max_ms=%.0f lag_growth=%.0f lag=%s cpu_share=%.2f rss_mb=%.0f snapshot_bytes_of_input=%.4f\n",
			l.Way, what.name, l.Rate, what.N, what.P50, what.P99, what.P999, what.Max, l.LagGrowth,
			strings.ReplaceAll(strings.Trim(fmt.Sprint(l.Lag), "[]"), " ", ","), l.CPUShare, l.PeakMB, l.SnapshotShare)
	}
}

// median of values; of an even number the mean of the middle two.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // a machine that does not tell is no mistake
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
