//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
)

// switched is something that labwatch does, on and off, in two runs that follow each other.
type switched struct {
	Name string `json:"name"`
	On   drain  `json:"on"`
	Off  drain  `json:"off"`
}

// measurePairs lets labwatch drain the same input with and without exactly-once, and with and without snapshots and
// the disk, in turns; every second round begins with what is switched off.
func measurePairs(ctx context.Context, b *bench, report *report) error {
	on := way{name: "fused", fused: true}
	switches := []struct {
		name string
		off  way
	}{
		{"exactly_once", way{name: "fused-at-least-once", fused: true, sabotage: "no_transactions"}},
		{"snapshots_and_disk", way{name: "fused-no-snapshots", fused: true}},
	}
	s, err := b.supply(ctx, "switched", b.rounds, on)
	if err != nil {
		return err
	}
	defer s.close()
	// One run with everything on stands beside each of those without something: four jobs drain the same parts.
	jobs := make([][2]job, len(switches))
	for i, sw := range switches {
		ons := on
		ons.name = "fused-beside-" + sw.off.name
		for k, w := range []way{ons, sw.off} {
			if jobs[i][k], err = s.open(ctx, w); err != nil {
				return err
			}
		}
	}
	for round := range b.rounds {
		if err := s.part(ctx); err != nil {
			return err
		}
		for i, sw := range switches {
			pair := switched{Name: sw.name}
			of := [2]*drain{&pair.On, &pair.Off}
			for n := range of {
				k := (n + round) % 2
				if *of[k], err = s.drain(ctx, jobs[i][k]); err != nil {
					return err
				}
			}
			report.Switched = append(report.Switched, pair)
			fmt.Fprintf(os.Stderr, "round %d: %s on %.0f/s %.2f us, off %.0f/s %.2f us\n", round+1, sw.name,
				pair.On.RecordsPerSecond, pair.On.CPUMicros, pair.Off.RecordsPerSecond, pair.Off.CPUMicros)
		}
	}
	report.printPairs(os.Stdout)
	return nil
}

// printPairs prints a line for each switch; fractions are medians of those of pairs, with least..greatest.
func (r *report) printPairs(w io.Writer) {
	var names []string
	for _, s := range r.Switched {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	for _, name := range names {
		of := slices.DeleteFunc(slices.Clone(r.Switched), func(s switched) bool { return s.Name != name })
		fmt.Fprintf(w, "pair name=%s rounds=%d on_of_off=%s cpu_on_of_off=%s on_records_per_second=%s off_records_per_second=%s snapshot_bytes_of_input=%s\n",
			name, len(of),
			spread(of, "%.3f", func(s switched) float64 { return s.On.RecordsPerSecond / s.Off.RecordsPerSecond }),
			spread(of, "%.3f", func(s switched) float64 { return s.On.CPUMicros / s.Off.CPUMicros }),
			spread(of, "%.0f", func(s switched) float64 { return s.On.RecordsPerSecond }),
			spread(of, "%.0f", func(s switched) float64 { return s.Off.RecordsPerSecond }),
			spread(of, "%.4f", func(s switched) float64 { return s.On.SnapshotShare }))
	}
}
