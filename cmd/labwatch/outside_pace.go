package main

import (
	"context"
	"time"
)

// paceTick is how often a paced writer looks how much is due. Longer ticks make fewer and fuller batches, which
// cost the broker less; an instrument gateway does the same.
const paceTick = 25 * time.Millisecond

// paceMost is the most that one step sends when it has fallen behind.
const paceMost = 5000

// paced calls step with how many messages are due, so that rate messages a second go out on average, until limit
// messages are sent (0: no limit) or ctx ends. What a slow step left undone is made up for in the next, so that the
// average holds. The end of ctx is no error, and never interrupts a step.
func paced(ctx context.Context, rate int, limit int64, step func(n int) error) error {
	ticker := time.NewTicker(paceTick)
	defer ticker.Stop()
	begin := time.Now()
	sent := int64(0)
	for limit == 0 || sent < limit {
		if ctx.Err() != nil {
			return nil
		}
		due := int64(time.Since(begin).Seconds()*float64(rate)) - sent
		due = min(due, paceMost)
		if limit > 0 {
			due = min(due, limit-sent)
		}
		if due > 0 {
			if err := step(int(due)); err != nil {
				return err
			}
			sent += due
		}
		if due == paceMost {
			continue // behind: no pause
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
	return nil
}

// pacedSend sends messages that exist already, rate a second, and tells sent of each batch when it is acknowledged.
// With rate 0 it sends as fast as it can. It ends early, without error, when ctx ends.
func pacedSend(ctx context.Context, w *outsideWriter, topics simTopics, messages []simMessage, rate int,
	sent func(batch []simMessage, at time.Time)) error {
	step := func(n int) error {
		batch := messages[:n]
		at := time.Now()
		if err := w.Send(ctx, topics, batch); err != nil {
			return err
		}
		messages = messages[n:]
		if sent != nil {
			sent(batch, at)
		}
		return nil
	}
	if rate > 0 {
		return paced(ctx, rate, int64(len(messages)), step)
	}
	for len(messages) > 0 && ctx.Err() == nil {
		if err := step(min(len(messages), paceMost)); err != nil {
			return err
		}
	}
	return nil
}
