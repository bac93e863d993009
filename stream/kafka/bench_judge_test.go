package kafka

import (
	"context"
	"time"

	"labwatch/stream"
)

// newJudge makes a judge of the bench's own environment; a nil store is no disk.
func (b *bench) newJudge(store Store) *Judge {
	return NewJudge(b.env, b.env.Topics.Log, b.plain, store, func(int32) *stream.Worker { return stream.NewWorker(b.judging, nil, nil) })
}

// watched makes a judge like newJudge, and tells the worker that it made last.
func (b *bench) watched(store Store) (j *Judge, worker func() *stream.Worker) {
	var last *stream.Worker
	j = NewJudge(b.env, b.env.Topics.Log, b.plain, store, func(int32) *stream.Worker {
		last = stream.NewWorker(b.judging, nil, nil)
		return last
	})
	return j, func() *stream.Worker { return last }
}

// start begins what runs until it is told to stop. Stop tells it, and fails the test if it does not end, or with an error.
func (b *bench) start(run func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	return func() {
		b.t.Helper()
		cancel()
		select {
		case err := <-done:
			if err != nil {
				b.t.Fatal(err)
			}
		case <-time.After(2 * patience): // three session timeouts, and a disk
			b.t.Fatal("it was told to stop and goes on")
		}
	}
}

// judge runs a judge until everything written is committed, stops it, and returns its worker as it was.
func (b *bench) judge(store Store) (*stream.Worker, error) {
	b.t.Helper()
	j, worker := b.watched(store)
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	for {
		select {
		case err := <-done:
			return worker(), err
		case <-time.After(20 * time.Millisecond):
		}
		if b.committed() >= int64(b.written) {
			cancel()
			err := <-done
			return worker(), err
		}
	}
}

// judged judges what devices have sent, and fails the test if that fails.
func (b *bench) judged(store Store) map[string]string {
	b.t.Helper()
	w, err := b.judge(store)
	if err != nil {
		b.t.Fatal(err)
	}
	return states(w)
}

// recoverForTest recovers the only partition outside a session.
func (j *Judge) recoverForTest(ctx context.Context) (*part, error) {
	j.keep.start()
	p, err := j.recover(ctx, place{j.topic, 0})
	j.keep.stop()
	return p, err
}

// recovered is what a judge knows that begins with a disk, or with none.
func (b *bench) recovered(store Store) map[string]string {
	b.t.Helper()
	p, err := b.newJudge(store).recoverForTest(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return states(p.worker)
}

func states(w *stream.Worker) map[string]string {
	all := map[string]string{}
	if err := w.Snapshots(func(key string, blob []byte) { all[key] = string(blob) }); err != nil {
		panic(err)
	}
	return all
}
