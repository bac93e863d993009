//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// supply is an input that comes in parts, for jobs that keep their state from part to part, as in a laboratory that has
// run for long. Everybody who drains it gets the same messages.
type supply struct {
	*bench
	name   string
	kinds  []bool // fused, and perhaps not fused
	sent   time.Time
	size   float64 // mean bytes of a message
	bares  []string
	owners []job
}

// supply makes an input for some ways. Parts of --records will follow the --warm messages that it begins with: their own
// times pass as at the paced rate and all lie in the past, so that no reading is early.
func (b *bench) supply(ctx context.Context, name string, parts int, ways ...way) (*supply, error) {
	s := &supply{bench: b, name: b.run + "-" + name, kinds: []bool{true}}
	if slices.ContainsFunc(ways, func(w way) bool { return !w.fused }) {
		s.kinds = append(s.kinds, false)
	}
	s.sent = time.Now().Add(-s.span(b.warm+parts*b.records) - 10*time.Second)
	if err := s.fill(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// fill makes the topics and sends what the devices learn from.
func (s *supply) fill(ctx context.Context) error {
	for _, fused := range s.kinds {
		if err := s.createTopics(ctx, s.job(way{fused: fused}).inputs()); err != nil {
			return err
		}
	}
	return s.send(ctx, s.warm)
}

// job is a way that drains the supply.
func (s *supply) job(w way) job {
	return job{way: w, input: s.name, prefix: s.name + "-" + w.name + "-"}
}

// send adds messages to the fused topic and, where a way reads them, to the four topics.
func (s *supply) send(ctx context.Context, count int) error {
	if count == 0 {
		return nil
	}
	for _, fused := range s.kinds {
		sim, err := s.simulate(s.job(way{fused: fused}), "--unpaced", "--count", fmt.Sprint(count),
			"--start-time", s.sent.UTC().Format(time.RFC3339Nano))
		if err != nil {
			return err
		}
		if err := sim.wait(ctx, 5*time.Minute); err != nil {
			return err
		}
	}
	s.sent = s.sent.Add(s.span(count))
	var err error
	if s.size == 0 {
		s.size, err = s.messageBytes(ctx, s.job(way{fused: true}).inputs())
	}
	return err
}

// part sends --records messages.
func (s *supply) part(ctx context.Context) error { return s.send(ctx, s.records) }

// span is the time that messages take at the paced rate.
func (s *supply) span(count int) time.Duration {
	return time.Duration(float64(count) / float64(s.rate) * float64(time.Second))
}

// open makes ready what drains the supply: a way, which learns from what was sent so far.
func (s *supply) open(ctx context.Context, w way) (job, error) {
	j := s.job(w)
	s.owners = append(s.owners, j)
	if s.warm == 0 {
		return j, nil
	}
	_, err := s.drain(ctx, j)
	return j, ignoreBrief(err)
}

// openBare makes ready a bare loop and returns its prefix.
func (s *supply) openBare(ctx context.Context, name string) (string, error) {
	prefix := s.name + "-bare-" + name + "-"
	s.bares = append(s.bares, prefix)
	if err := s.createTopics(ctx, []string{prefix + "out"}); err != nil {
		return "", err
	}
	if s.warm == 0 {
		return prefix, nil
	}
	_, err := s.drainBare(ctx, prefix)
	return prefix, ignoreBrief(err)
}

// ignoreBrief forgives that there was too little to measure.
func ignoreBrief(err error) error {
	if errors.Is(err, errBrief) {
		return nil
	}
	return err
}

// close removes the topics, groups and folders of everything that was opened.
func (s *supply) close() {
	for _, prefix := range s.bares {
		s.removeTopics([]string{prefix + "out"})
		s.removeGroups(prefix + "group")
	}
	for _, j := range s.owners {
		s.clear(j)
	}
	for _, fused := range s.kinds {
		s.removeTopics(s.job(way{fused: fused}).inputs())
	}
}
