package main

import (
	"context"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// TestCloseDoesNotHang: a folder on a disk that hangs keeps nothing else from being closed, and the exit code tells of it.
func TestCloseDoesNotHang(t *testing.T) {
	closing, closed, hang := closers{log: zerolog.Nop()}, false, make(chan struct{})
	closing.add("broker", func(ctx context.Context) error { closed = true; return ctx.Err() })
	closing.add("state", timely(50*time.Millisecond, func() error { <-hang; return nil }))
	done := make(chan error, 1)
	go func() { done <- closing.closeAll(10 * time.Second) }()
	select {
	case err := <-done:
		if err == nil || !closed {
			t.Errorf("closed %v, error %v", closed, err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it waits for the disk")
	}
	close(hang)
}
