package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"labwatch/cmd/rig"
)

// run makes one run from the broker to the check. It always returns a result, with as much as it got to know.
func run(ctx context.Context, s *settings, out io.Writer) (r *result, err error) {
	r = &result{}
	l := &lab{settings: s, out: out, began: time.Now(), prefix: fmt.Sprintf("faults-%d-", time.Now().UnixNano()%1e12)}
	r.lab = l
	if l.dir, err = os.MkdirTemp("", "labwatch-faults-"); err != nil {
		return r, fmt.Errorf("make a folder: %w", err)
	}
	defer func() {
		if s.keep || err != nil || r.wrong() && s.sabotage == "" {
			fmt.Fprintf(out, "configs and logs are in %s\n", l.dir)
		} else {
			err = os.RemoveAll(l.dir)
		}
	}()
	if l.root, err = rig.ModuleRoot(); err != nil {
		return r, err
	}
	l.program = s.binary
	if l.program == "" {
		l.program = l.path("labwatch")
		var flags []string
		if s.sabotage != "" {
			flags = []string{"-tags", "sabotage"}
		}
		if s.draws(clockSet) {
			overlay, err := l.clockOverlay(ctx)
			if err != nil {
				return r, err
			}
			flags = append(flags, "-overlay", overlay)
		}
		if err := rig.Build(ctx, l.program, flags...); err != nil {
			return r, err
		}
	}
	if l.bus, err = startBroker(s, l.root, l.program, l.dir); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, l.bus.stop()) }()
	if err := l.open(ctx); err != nil {
		return r, err
	}
	defer l.client.Close()

	var disks []smallDisk
	defer func() {
		for _, d := range disks {
			d.unmount()
		}
	}()
	c := &campaign{lab: l}
	var all []*instance // the extra ones too
	for n := range s.instances + 2 {
		name := fmt.Sprintf("i%d", n)
		if n >= s.instances {
			name = fmt.Sprint(extraName, n-s.instances)
		}
		i, err := l.newInstance(name)
		if err != nil {
			return r, err
		}
		defer i.link.close()
		all = append(all, i)
		if d, err := mountSmall(i.stateDir()); err == nil {
			disks = append(disks, d)
		} else if n == 0 {
			r.skipped = append(r.skipped, fmt.Sprintf("%s: %v", diskFull, err))
		}
	}
	c.instances, c.extras = all[:s.instances], all[s.instances:]
	can := l.choose(r, len(disks) == len(all))
	defer func() {
		for _, i := range all {
			if i.process != nil {
				i.kill()
			}
		}
	}()
	for _, i := range c.instances {
		if err := i.start(); err != nil {
			return r, err
		}
	}
	for _, i := range c.instances {
		if !i.waitReady(60 * time.Second) {
			return r, fmt.Errorf("%s is not ready: %s", i.name, i.process.Tail(2))
		}
	}
	return r, l.live(ctx, r, c, can)
}

// choose says which faults can be had, and says aloud which cannot.
func (l *lab) choose(r *result, disks bool) func(kind) bool {
	can := func(k kind) bool {
		switch {
		case !l.draws(k):
			return false
		case slices.Contains(brokerKinds, k):
			return l.bus.can(k) && (l.bus.sound(k) || slices.Contains(l.kinds, k))
		case k == diskFull:
			return disks
		case k == clockSet:
			return l.binary == ""
		}
		return true
	}
	if l.alone != "" {
		return can
	}
	for _, k := range brokerKinds {
		switch {
		case !l.bus.can(k):
			r.skipped = append(r.skipped, fmt.Sprintf("%s: not with this broker", k))
		case !can(k) && len(l.kinds) == 0:
			r.skipped = append(r.skipped, fmt.Sprintf("%s: a Kafka of one node that goes between the decision of a commit and its markers "+
				"forgets some of the markers (see DESIGN.md); --kinds %s does it all the same", k, k))
		}
	}
	if l.binary != "" && l.draws(clockSet) {
		r.skipped = append(r.skipped, fmt.Sprintf("%s: needs a labwatch that is built for it, and --labwatch names one", clockSet))
	}
	for _, line := range r.skipped {
		l.say("not injected: %s", line)
	}
	return can
}
