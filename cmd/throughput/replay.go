//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// replay is a live run without snapshots, a kill -9, and the recovery that works all of it again, muted.
type replay struct {
	Live   drain `json:"live"`
	Replay drain `json:"replay"` // its seconds are those of the slowest partition; they are recovered at the same time
}

func measureReplays(ctx context.Context, b *bench, report *report) error {
	s, err := b.supply(ctx, "replayed", b.rounds)
	if err != nil {
		return err
	}
	defer s.close()
	j, err := s.open(ctx, way{name: "fused-no-snapshots", fused: true})
	if err != nil {
		return err
	}
	for round := range b.rounds {
		if err := s.part(ctx); err != nil {
			return err
		}
		r, err := s.replay(ctx, j)
		if err != nil {
			return err
		}
		report.Replays = append(report.Replays, r)
		fmt.Fprintf(os.Stderr, "round %d: live %.0f/s %.2f us, replay %.0f/s %.2f us\n", round+1,
			r.Live.RecordsPerSecond, r.Live.CPUMicros, r.Replay.RecordsPerSecond, r.Replay.CPUMicros)
	}
	report.printReplays(os.Stdout)
	return nil
}

// replay works one part live and kills the process, whose successor works it again. That one is stopped in order, so
// that the next round begins with all snapshots.
func (s *supply) replay(ctx context.Context, j job) (r replay, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*drainLimit)
	defer cancel()
	p, err := s.progress(ctx, j)
	if err != nil {
		return r, err
	}
	live, err := s.start(j)
	if err != nil {
		return r, err
	}
	r.Live, err = s.watch(ctx, live, p)
	live.Kill()
	if err != nil {
		return r, err
	}
	j.level = "info" // it says what it recovers
	again, err := s.start(j)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, again.Stop(45*time.Second)) }()
	var cpu time.Duration
	for recovered := 0; recovered < partitions; {
		if err := pause(ctx, drainLook); err != nil {
			return r, err
		}
		if err := again.ended(); err != nil {
			return r, err
		}
		if cpu, err = again.cpu(); err != nil {
			return r, err
		}
		recovered, r.Replay.Records, r.Replay.Seconds = parseRecoveries(again.said())
	}
	r.Replay.RecordsPerSecond = float64(r.Replay.Records) / r.Replay.Seconds
	r.Replay.CPUMicros = cpu.Seconds() * 1e6 / float64(r.Replay.Records) // the start of the process included
	r.Replay.PeakMB, err = again.peakMB()
	return r, err
}

// parseRecoveries reads what labwatch's log says of recovered partitions.
func parseRecoveries(log string) (partitions int, records int64, slowest float64) {
	for line := range strings.Lines(log) {
		var e struct {
			Message string
			Redone  int64
			Took    float64 // ms
		}
		if json.Unmarshal([]byte(line), &e) == nil && e.Message == "partition recovered" {
			partitions++
			records += e.Redone
			slowest = max(slowest, e.Took/1e3)
		}
	}
	return partitions, records, slowest
}

func (r *report) printReplays(w io.Writer) {
	fmt.Fprintf(w, "replay rounds=%d replay_of_live=%s cpu_replay_of_live=%s replay_records_per_second=%s live_records_per_second=%s\n",
		len(r.Replays),
		spread(r.Replays, "%.2f", func(p replay) float64 { return p.Replay.RecordsPerSecond / p.Live.RecordsPerSecond }),
		spread(r.Replays, "%.2f", func(p replay) float64 { return p.Replay.CPUMicros / p.Live.CPUMicros }),
		spread(r.Replays, "%.0f", func(p replay) float64 { return p.Replay.RecordsPerSecond }),
		spread(r.Replays, "%.0f", func(p replay) float64 { return p.Live.RecordsPerSecond }))
}
