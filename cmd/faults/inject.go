package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// inject does one fault to one instance and returns when it is over: when what was taken is given back, not when
// the instance has recovered.
func (i *instance) inject(ctx context.Context, f fault) error {
	rng := newRand(f.draw)
	switch f.kind {
	case kill:
		i.kill()
		sleep(ctx, f.lasts)
		return i.start()
	case term:
		err := i.stop()
		sleep(ctx, f.lasts)
		if startErr := i.start(); startErr != nil {
			return startErr
		}
		if err != nil { // the daemon says when it could not stop in order; the check says whether that did harm
			i.lab.say("%v", err)
		}
		return nil
	case freeze:
		i.signal(syscall.SIGSTOP)
		sleep(ctx, f.lasts)
		i.signal(syscall.SIGCONT)
		return nil
	case stateDeleted, stateDamaged:
		i.kill()
		if err := i.spoil(f.kind, rng); err != nil {
			return err
		}
		sleep(ctx, f.lasts)
		return i.start()
	case diskFull:
		return i.fillDisk(ctx, f, rng)
	case cut:
		link := i.link.some(rng)
		link.setCut(true)
		sleep(ctx, f.lasts)
		link.setCut(false)
		return nil
	case silence:
		release := i.link.some(rng).hold()
		sleep(ctx, f.lasts)
		release()
		return nil
	case delay:
		link := i.link.some(rng)
		link.setLate(20*time.Millisecond + time.Duration(rng.Int64N(int64(280*time.Millisecond))))
		sleep(ctx, f.lasts)
		link.setLate(0)
		return nil
	case clockSet:
		return i.misset(ctx, f, rng)
	default:
		return fmt.Errorf("fault %q is not one of an instance", f.kind)
	}
}

func (i *instance) stateDir() string { return i.lab.path(i.name + ".state") }

// spoil deletes or damages the state of an instance that is down. The folder itself may be a mount point.
func (i *instance) spoil(k kind, rng *rand.Rand) error {
	if k == stateDamaged {
		_, err := damageFolder(i.stateDir(), rng)
		return err
	}
	entries, err := os.ReadDir(i.stateDir())
	if err != nil {
		return fmt.Errorf("delete state: %w", err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(i.stateDir(), e.Name())); err != nil {
			return fmt.Errorf("delete state: %w", err)
		}
	}
	return nil
}

func (i *instance) fillDisk(ctx context.Context, f fault, rng *rand.Rand) error {
	i.fill(true)
	defer i.fill(false)
	free, err := smallDisk(i.stateDir()).fill()
	if err != nil {
		return err
	}
	if err := i.endure(ctx, f, rng); err != nil {
		return err
	}
	return free()
}

// endure lets a fault last. Half of the times the instance is killed and started in the middle of it.
func (i *instance) endure(ctx context.Context, f fault, rng *rand.Rand) error {
	sleep(ctx, f.lasts/2)
	if rng.IntN(2) == 0 {
		i.kill()
		if err := i.start(); err != nil {
			return err
		}
	}
	sleep(ctx, f.lasts/2)
	return nil
}

// storm lets one more instance join and leave, quickly.
func (i *instance) storm(ctx context.Context, f fault) error {
	rng := newRand(f.draw)
	for n := 0; n < 3 && ctx.Err() == nil; n++ {
		if err := i.start(); err != nil {
			return err
		}
		i.waitReady(5 * time.Second)
		sleep(ctx, f.lasts)
		if rng.IntN(2) == 0 {
			i.kill()
		} else if err := i.stop(); err != nil {
			i.lab.say("%v", err)
		}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
