package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// campaign injects faults until its context ends or the limit is reached.
type campaign struct {
	lab       *lab
	instances []*instance
	extras    []*instance // that come and go

	mu   sync.Mutex
	done []injected
	errs []error
}

// injected is a fault that was done.
type injected struct {
	fault
	at   time.Time
	back time.Time // of alone: when an instance that the others had replaced was started again; else zero
	cut  bool      // of alone: the end of the campaign came before all was well again
}

// run works every target's plan at the same time and returns when the last fault is over.
func (c *campaign) run(ctx context.Context, can func(kind) bool, w *witness) {
	if c.lab.alone != "" {
		c.oneByOne(ctx, w)
		return
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	targets := []target{theBroker, theExtra, theClocks}
	for i := range c.instances {
		targets = append(targets, target(i))
	}
	for _, t := range targets {
		p := newPlan(c.lab.seed, t, can, c.lab.pause, sessionTimeout)
		if p == nil {
			continue
		}
		wg.Go(func() {
			for {
				f := p.next()
				sleep(ctx, f.after)
				if ctx.Err() != nil || !c.begin(f, cancel) {
					return
				}
				if err := c.inject(ctx, f); err != nil {
					c.failed(fmt.Errorf("inject %s: %w", f.kind, err))
					cancel()
					return
				}
				if f.ready && t >= 0 {
					c.instances[t].waitReady(10 * time.Second)
				}
			}
		})
	}
	wg.Wait()
}

// begin counts a fault; it says no when there were enough.
func (c *campaign) begin(f fault, enough func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lab.limit > 0 && len(c.done) >= c.lab.limit {
		enough()
		return false
	}
	c.done = append(c.done, injected{fault: f, at: time.Now()})
	whom := fmt.Sprintf("i%d", f.hits)
	switch f.hits {
	case theBroker:
		whom = "broker"
	case theExtra:
		whom = "extra"
	case theClocks:
		whom = "a sender"
	}
	c.lab.say("fault %d: %s on %s for %v", len(c.done), f.kind, whom, f.lasts.Round(time.Millisecond))
	return true
}

func (c *campaign) inject(ctx context.Context, f fault) error {
	switch f.hits {
	case theBroker:
		began := time.Now()
		err := c.lab.hurtBroker(ctx, f)
		c.lasted(f, time.Since(began))
		return err
	case theExtra:
		if f.kind == pair {
			return c.pair(ctx, f)
		}
		return c.extras[0].storm(ctx, f)
	case theClocks:
		return c.lab.jump(ctx, f)
	default:
		return c.instances[f.hits].inject(ctx, f)
	}
}

// lasted corrects how long a fault took: a broker takes its time to start.
func (c *campaign) lasted(f fault, d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.done {
		if c.done[i].draw == f.draw {
			c.done[i].lasts = d
		}
	}
}

func (c *campaign) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errs = append(c.errs, err)
}

// all is a copy of what was injected so far.
func (c *campaign) all() []injected {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]injected(nil), c.done...)
}
