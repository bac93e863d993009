package main

import (
	"context"
	"sync"
	"syscall"
	"time"

	"labwatch/cmd/rig"
)

// extraName is how the names of instances begin that come and go.
const extraName = "extra"

// feed is what sends readings; it can be held up.
type feed struct {
	mu        sync.Mutex
	simulator *rig.Process
	held      bool
}

// from names the simulator that sends now.
func (f *feed) from(p *rig.Process) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.simulator = p; f.held {
		p.Signal(syscall.SIGSTOP)
	}
}

// hold lets no reading through, or again.
func (f *feed) hold(yes bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = yes
	if f.simulator == nil {
		return
	}
	if yes {
		f.simulator.Signal(syscall.SIGSTOP)
	} else {
		f.simulator.Signal(syscall.SIGCONT)
	}
}

func (f *feed) isHeld() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.held
}

// pair lets two more instances join one right after the other while there are no readings, so that those who are there give
// up partitions twice within one idle poll. Then readings come again, and the two leave.
func (c *campaign) pair(ctx context.Context, f fault) error {
	rng := newRand(f.draw)
	apart := time.Duration(rng.Int64N(int64(700 * time.Millisecond)))
	c.lab.feed.hold(true)
	err := c.extras[0].start()
	if err == nil {
		sleep(ctx, apart)
		err = c.extras[1].start()
	}
	sleep(ctx, f.lasts)
	c.lab.feed.hold(false)
	if err != nil {
		return err
	}
	sleep(ctx, 4*time.Second)    // what is owed from before becomes due
	for _, i := range c.extras { // in order, and for good: the next two are to be new to the group
		if err := i.stop(); err != nil {
			c.lab.say("%v", err)
		}
	}
	return nil
}
