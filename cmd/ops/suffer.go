package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// fault is one thing that goes wrong: the rule that must tell of it, how the rule's runbook names just this cause, what to
// do, and how to mend it again.
type fault struct {
	name  string
	rule  string
	cause string
	do    func(ctx context.Context, s *site) error
	mend  func(ctx context.Context, s *site) error
}

// outcome is what became of a fault.
type outcome struct {
	alerted   bool
	recovered bool
	told      time.Duration // until the rule fired
	well      time.Duration // after the mending, until the rule was quiet and readings came out again
	restarts  int
	problem   error
}

// String is one line for the table.
func (o outcome) String() string {
	if o.problem != nil {
		return o.problem.Error()
	}
	s := fmt.Sprintf("told after %2.0f s, well %2.0f s after it was mended", o.told.Seconds(), o.well.Seconds())
	if o.restarts > 0 {
		s += ", by a restart"
	}
	return s
}

// suffer lets one fault happen.
func (s *site) suffer(ctx context.Context, f fault) (o outcome) {
	if err := namesCause(s.root, f); err != nil {
		o.problem = err
		return o
	}
	restarts := s.restarts
	if o.problem = f.do(ctx, s); o.problem == nil {
		o.told, o.problem = s.until(ctx, alertPatience, func(ctx context.Context) error { return s.fires(ctx, f.rule) })
		o.alerted = o.problem == nil
	}
	if err := f.mend(ctx, s); err != nil { // also when it was not told: the next fault wants a whole site
		o.problem = errors.Join(o.problem, err)
		return o
	}
	well, err := s.until(ctx, recoverPatience, func(ctx context.Context) error {
		return errors.Join(s.alive(), s.quiet(ctx), s.flows(ctx))
	})
	o.well, o.recovered, o.restarts = well, err == nil, s.restarts-restarts
	o.problem = errors.Join(o.problem, err)
	return o
}

// namesCause asks whether the runbook of the rule has the cause among the causes that it lists. A word anywhere on the page
// would not do: its title alone has most of them.
func namesCause(root string, f fault) error {
	page, err := os.ReadFile(filepath.Join(root, "docs", "runbooks", f.rule+".md"))
	if err != nil {
		return fmt.Errorf("read runbook: %w", err)
	}
	_, causes, _ := strings.Cut(string(page), "\n## Causes\n")
	causes, _, _ = strings.Cut(causes, "\n## ")
	for line := range strings.Lines(causes) {
		if strings.HasPrefix(line, "- ") && strings.Contains(strings.ToLower(line), f.cause) {
			return nil
		}
	}
	return fmt.Errorf("the runbook of %s lists no cause %q", f.rule, f.cause)
}

// until asks again and again, and says how long it took until the answer was nil.
func (s *site) until(ctx context.Context, patience time.Duration, is func(context.Context) error) (time.Duration, error) {
	for began := time.Now(); ; {
		if err := s.supervise(); err != nil {
			return 0, err
		}
		err := is(ctx)
		if took := time.Since(began); err == nil || took > patience {
			return took, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}
