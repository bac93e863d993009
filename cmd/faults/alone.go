package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// The faults that --alone knows beyond those of a schedule: an instance goes and comes back only when the others have taken
// over.
const (
	gone  kind = "gone"  // kill -9
	leave kind = "leave" // SIGTERM, with kafka.leave_on_stop
)

// commitInterval is that of the instances, the default.
const commitInterval = 200 * time.Millisecond

// alone are the faults whose delay can be measured, each with what is allowed beyond the pause before a restart.
var alone = []struct {
	kind    kind
	allowed time.Duration
}{
	{kill, 3 * commitInterval},
	{term, 3 * commitInterval},
	{gone, sessionTimeout * 11 / 10},
	{leave, 3 * commitInterval},
}

func aloneNames() []string {
	var names []string
	for _, a := range alone {
		names = append(names, string(a.kind))
	}
	return names
}

// restartPause is between the end of an instance and its start, as a supervisor or an upgrade makes it.
const restartPause = time.Second

// oneByOne does the same fault to one instance after the other, the next only once all is well again and has been for a
// while: so each delay is one fault's.
func (c *campaign) oneByOne(ctx context.Context, w *witness) {
	const settle = 4 * time.Second
	for n := 0; ctx.Err() == nil; n++ {
		i := c.instances[n%len(c.instances)]
		f := fault{kind: c.lab.alone, hits: target(n % len(c.instances))}
		if f.kind == kill || f.kind == term {
			f.lasts = restartPause
		}
		if !c.begin(f, func() {}) {
			return
		}
		if err := c.lose(ctx, i, f, w); err != nil {
			c.failed(fmt.Errorf("%s of %s alone: %w", f.kind, i.name, err))
			return
		}
		i.waitReady(30 * time.Second)
		sleep(ctx, settle)
		if ctx.Err() != nil {
			c.mu.Lock()
			c.done[len(c.done)-1].cut = true
			c.mu.Unlock()
		}
	}
}

// lose does one of the faults of alone.
func (c *campaign) lose(ctx context.Context, i *instance, f fault, w *witness) error {
	at := time.Now()
	switch f.kind {
	case gone:
		i.kill()
	case leave:
		if err := i.stop(); err != nil {
			return err
		}
	default:
		return i.inject(ctx, f)
	}
	sleep(ctx, time.Second) // what was committed before may be read a little later
	for deadline := at.Add(stallPatience); ctx.Err() == nil && time.Now().Before(deadline) && !w.allSince(at.Add(time.Second)); {
		sleep(ctx, 50*time.Millisecond)
	}
	c.mu.Lock()
	c.done[len(c.done)-1].back = time.Now()
	c.mu.Unlock()
	return i.start()
}

// measured is how long each fault alone kept a partition without output, beyond the pause before a restart, in rising
// order, and how long it may. That partitions move to an instance that comes back is another thing. A fault that the end
// of the campaign cut off counts only if it had taken too long by then.
func (r *result) measured() (all []time.Duration, allowed time.Duration) {
	for _, a := range alone {
		if a.kind == r.lab.alone {
			allowed = a.allowed
		}
	}
	for n, f := range r.faults {
		worst := time.Duration(0)
		for _, g := range r.gaps {
			if cause(r.faults, g) == &r.faults[n] && (f.back.IsZero() || g.from.Before(f.back)) {
				worst = max(worst, g.to.Sub(g.from)-f.lasts)
			}
		}
		if !f.cut || worst > allowed {
			all = append(all, worst)
		}
	}
	slices.SortFunc(all, cmp.Compare)
	return all, allowed
}

// within says whether faults were measured and none took longer than it may.
func (r *result) within() bool {
	all, allowed := r.measured()
	return len(all) > 0 && all[len(all)-1] <= allowed
}

// delays tells what was measured.
func (r *result) delays() string {
	all, allowed := r.measured()
	if len(all) == 0 {
		return "delay: nothing was measured"
	}
	worst := all[len(all)-1]
	return fmt.Sprintf("delay: fault=%s times=%d worst_ms=%d median_ms=%d allowed_ms=%d within=%v load=%s", r.lab.alone, len(all),
		worst.Milliseconds(), all[len(all)/2].Milliseconds(), allowed.Milliseconds(), worst <= allowed, loadAverage())
}

// loadAverage is that of the last five minutes, for whoever reads a delay: a busy machine makes longer ones.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	words := strings.Fields(string(text))
	if err != nil || len(words) < 2 {
		return "unknown"
	}
	return words[1]
}
