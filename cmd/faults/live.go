package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// live streams readings under faults, waits until all is judged, stops everything in order, and checks.
func (l *lab) live(ctx context.Context, r *result, c *campaign, can func(kind) bool) error {
	w, err := l.newWitness()
	if err != nil {
		return err
	}
	watching, blind := context.WithCancel(ctx)
	defer blind()
	go w.run(watching)
	back := l.watchOffsets(watching)

	input, dry := context.WithCancel(ctx)
	defer dry()
	streamed := make(chan error, 1)
	go func() { streamed <- l.stream(input) }()
	sleep(ctx, 3*time.Second) // let it come into its stride
	campaigning, over := context.WithTimeout(ctx, l.lasts)
	defer over()
	stalled := l.watch(campaigning, over, w, c)
	c.run(campaigning, can, w)
	if l.limit == 0 && ctx.Err() == nil {
		<-campaigning.Done() // there may have been nothing to inject
	}
	over()
	ended := time.Now()
	dry()
	err = errors.Join(<-streamed, <-stalled, errors.Join(c.errs...))
	if r.faults = c.all(); ctx.Err() != nil {
		return ctx.Err() // broken off: what was not waited for is no violation
	}
	if err != nil {
		r.broken = append(r.broken, err.Error())
	}
	l.say("the input has ended; waiting until all is judged")
	if err := l.drain(ctx, c.refused); err != nil {
		r.broken = append(r.broken, err.Error())
	}
	for _, i := range c.instances {
		if err := i.stop(); err != nil {
			r.broken = append(r.broken, err.Error())
		}
	}
	everyone := append(slices.Clone(c.instances), c.extras...)
	for _, i := range everyone {
		ends, wrong := i.ended()
		r.ends, r.broken = append(r.ends, ends...), append(r.broken, wrong...)
	}
	died, err := crashes(everyone)
	if err != nil {
		return err
	}
	r.broken = append(r.broken, died...)
	if err := l.settled(ctx); err != nil {
		r.broken = append(r.broken, err.Error())
	}
	sleep(ctx, time.Second)
	r.gaps, r.seen = w.before(ended)
	blind()
	r.broken = append(r.broken, <-back...)
	if r.again, err = again(c.instances); err != nil {
		return err
	}
	ref, err := newReference(c.instances[0].config)
	if err != nil {
		return err
	}
	l.say("checking")
	found, err := l.check(ctx, ref, c.instances)
	if err != nil {
		return err // of a part nothing is told
	}
	r.finding = found
	if found.records != r.seen {
		r.broken = append(r.broken, fmt.Sprintf("a reader who was there all the time saw %d records, a later one %d", r.seen, found.records))
	}
	if r.withoutDisks() {
		r.broken = append(r.broken, "no state was found on any disk, though no fault took it away")
	}
	if found.records == 0 || found.alerts == 0 {
		r.broken = append(r.broken, "there was nothing to check: no records or no alerts")
	}
	l.say("checked")
	return nil
}

// watch ends a campaign that is stuck, and gives the reason or nil when it is over.
func (l *lab) watch(ctx context.Context, stop func(), w *witness, c *campaign) <-chan error {
	found := make(chan error, 1)
	go func() {
		defer close(found)
		for ctx.Err() == nil {
			sleep(ctx, time.Second)
			if err := c.refused(); err != nil {
				found <- err
				stop()
				return
			}
			if quiet := w.quiet(); quiet > stallPatience && ctx.Err() == nil {
				found <- stall{fmt.Sprintf("no committed output for %v\n%s", quiet.Round(time.Second), l.describe(ctx))}
				stop()
				return
			}
		}
	}()
	return found
}

// refused names the instances that do not start any more.
func (c *campaign) refused() error {
	var said []string
	for _, i := range c.instances {
		if last, ok := i.refused(); ok {
			said = append(said, last)
		}
	}
	if said == nil {
		return nil
	}
	return fmt.Errorf("refused to start %d times in a row: %s", refusals, strings.Join(said, "; "))
}
