//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
)

// measureDrains lets the bare loop and each way take turns. Each round begins with another way, so that none
// always has the same place.
func measureDrains(ctx context.Context, b *bench, ways []way, report *report) error {
	s, err := b.supply(ctx, "drained", b.rounds, ways...)
	if err != nil {
		return err
	}
	defer s.close()
	bares, owns := make([]string, len(ways)), make([]job, len(ways))
	for i, w := range ways {
		if bares[i], err = s.openBare(ctx, w.name); err != nil {
			return err
		}
		if owns[i], err = s.open(ctx, w); err != nil {
			return err
		}
	}
	for round := range b.rounds {
		if err := s.part(ctx); err != nil {
			return err
		}
		for k := range ways {
			i := (k + round) % len(ways)
			w := ways[i]
			bare, err := s.drainBare(ctx, bares[i])
			if err != nil {
				return err
			}
			own, err := s.drain(ctx, owns[i])
			if err != nil {
				return err
			}
			report.add(w.name, bare, own)
			fmt.Fprintf(os.Stderr, "round %d: bare %.0f/s %.2f us, %s %.0f/s %.2f us\n", round+1,
				bare.RecordsPerSecond, bare.CPUMicros, w.name, own.RecordsPerSecond, own.CPUMicros)
		}
	}
	report.printDrains(os.Stdout)
	return nil
}

// drain lets a way take what it has not taken yet.
func (s *supply) drain(ctx context.Context, j job) (drain, error) {
	p, err := s.progress(ctx, j)
	if err != nil {
		return drain{}, err
	}
	c, err := s.start(j)
	if err != nil {
		return drain{}, err
	}
	return s.measure(ctx, c, p)
}

// progress looks at how far a way has come on its road to what are the ends of its inputs now.
func (s *supply) progress(ctx context.Context, j job) (progress, error) {
	total, err := s.ends(ctx, j.inputs()...)
	if err != nil {
		return nil, err
	}
	if j.fused {
		return func(ctx context.Context) (int64, bool, error) {
			done, err := s.committed(ctx, j.prefix+"group-judge", j.input)
			return done.sum(), done.sum() >= total.sum(), err
		}, nil
	}
	// Everything is judged when the judge has passed the end that the log had when everything was sequenced.
	var end offsets
	return func(ctx context.Context) (int64, bool, error) {
		done, err := s.committed(ctx, j.prefix+"group-sequence", j.inputs()...)
		if err != nil || done.sum() < total.sum() {
			return done.sum(), false, err
		}
		if end == nil {
			if end, err = s.ends(ctx, j.prefix+"log"); err != nil {
				return done.sum(), false, err
			}
		}
		judged, err := s.committed(ctx, j.prefix+"group-judge", j.prefix+"log")
		return done.sum(), judged.reached(end), err
	}, nil
}

// drainBare lets a bare loop take what it has not taken yet.
func (s *supply) drainBare(ctx context.Context, prefix string) (drain, error) {
	in := s.name
	total, err := s.ends(ctx, in)
	if err != nil {
		return drain{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return drain{}, fmt.Errorf("find own program: %w", err)
	}
	c, err := s.startChild("bare loop", self, bareCommand, "-brokers", join(s.brokers), "-group", prefix+"group", "-in", in, "-out", prefix+"out")
	if err != nil {
		return drain{}, err
	}
	return s.measure(ctx, c, func(ctx context.Context) (int64, bool, error) {
		done, err := s.committed(ctx, prefix+"group", in)
		return done.sum(), done.sum() >= total.sum(), err
	})
}
