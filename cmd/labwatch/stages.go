package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// stages runs groups of tasks. They stop in the order in which they were started, which is that of the flow: the
// judge goes on until the sequence has handed it everything.
type stages struct {
	ctx      context.Context // ends when the daemon is to stop
	patience time.Duration
	groups   []*stageGroup
	failed   chan error
}

type stageGroup struct {
	name   string
	cancel context.CancelFunc
	done   chan struct{}
}

func newStages(ctx context.Context, patience time.Duration) *stages {
	return &stages{ctx: ctx, patience: patience, failed: make(chan error, 16)}
}

func (s *stages) start(name string, tasks ...func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.ctx))
	g := &stageGroup{name, cancel, make(chan struct{})}
	s.groups = append(s.groups, g)
	var wg sync.WaitGroup
	for _, task := range tasks {
		wg.Go(func() {
			if err := task(ctx); err != nil {
				s.failed <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	go func() { wg.Wait(); close(g.done) }()
}

// wait returns when every stage has stopped: because the daemon was told to, or because one of them failed.
func (s *stages) wait(stopping func()) error {
	var errs []error
	select {
	case <-s.ctx.Done():
	case err := <-s.failed:
		errs = append(errs, err)
	}
	stopping()
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(again)
	limit := time.After(s.patience)
	for i, g := range s.groups {
		g.cancel()
		select {
		case <-g.done:
			continue
		case <-again:
			errs = append(errs, fmt.Errorf("%s: stopped at a second signal, before it had committed", g.name))
		case <-limit:
			errs = append(errs, fmt.Errorf("%s: has not stopped within %v", g.name, s.patience))
		}
		for _, rest := range s.groups[i+1:] {
			rest.cancel()
		}
		break
	}
	for {
		select {
		case err := <-s.failed:
			errs = append(errs, err)
		default:
			return errors.Join(errs...)
		}
	}
}
