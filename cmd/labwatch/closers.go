package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
)

// closers are what must be closed, in the reverse of the order in which it was opened, each under a name. A step
// that fails does not keep the others from being tried, and makes the exit code say so.
type closers struct {
	log   zerolog.Logger
	steps []closeStep
}

type closeStep struct {
	name string
	do   func(context.Context) error
}

func (c *closers) add(name string, do func(context.Context) error) {
	c.steps = append(c.steps, closeStep{name, do})
}

// closeAll gives all steps together the time of patience.
func (c *closers) closeAll(patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var errs []error
	for i := len(c.steps) - 1; i >= 0; i-- {
		s := c.steps[i]
		began := time.Now()
		if err := s.do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", s.name, err))
		}
		c.log.Debug().Str("step", s.name).Dur("took", time.Since(began)).Msg("closed")
	}
	c.steps = nil
	return errors.Join(errs...)
}

// timely bounds a step that waits for a disk, which may hang: the steps after it need their time. What it does then is left
// behind, and ends with the process.
func timely(patience time.Duration, do func() error) func(context.Context) error {
	return func(ctx context.Context) error {
		done := make(chan error, 1)
		go func() { done <- do() }()
		select {
		case err := <-done:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(patience):
			return fmt.Errorf("it takes longer than %v: does the disk hang?", patience)
		}
	}
}
