package kafka

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"labwatch/stream"
)

// fullDisk is a disk that can be filled.
type fullDisk struct {
	fakeStore
	full bool
}

var _ Store = (*fullDisk)(nil)

func (s *fullDisk) set(full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = full
}

func (s *fullDisk) Ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		return errors.New("full")
	}
	return nil
}

func (s *fullDisk) Write(partition int32, position []byte, keys []string, blobs [][]byte) error {
	if err := s.Ready(); err != nil {
		return err
	}
	return s.fakeStore.Write(partition, position, keys, blobs)
}

// TestDiskComesBack fills the disk while the judge works and makes room again: without a restart of the process the
// disk then knows everything, what was judged while it was full included.
func TestDiskComesBack(t *testing.T) {
	b := newBench(t)
	disk := new(fullDisk)
	var worker *stream.Worker
	j := NewJudge(b.env, b.env.Topics.Log, b.plain, disk, func(int32) *stream.Worker {
		worker = stream.NewWorker(b.judging, nil, nil)
		return worker
	})
	j.keep.first = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	until := func(what string, is func() bool) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("not within half a minute: %s", what)
			}
		}
	}
	b.write("a", 40)
	until("the first commit", func() bool { return b.committed() >= int64(b.written) })
	disk.set(true)
	b.write("b", 40)
	until("the disk is given up", func() bool { return j.stats.storeFailed.Get() == 1 })
	until("work goes on without it", func() bool { return b.committed() >= int64(b.written) })
	disk.set(false)
	until("the disk is taken up again", func() bool {
		b.write("a", 1) // a session ends when it has something to do
		return j.stats.storeFailed.Get() == 0
	})
	b.write("c", 40)
	until("the last commit", func() bool { return b.committed() >= int64(b.written) })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	want := states(worker)
	fresh := b.newJudge(disk)
	p, err := fresh.recoverForTest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := states(p.worker); !maps.Equal(got, want) || len(got) != 6 {
		t.Errorf("the disk knows %d entities that differ from the %d of the judge", len(got), len(want))
	}
}

// TestDiskThatDoesNotHeal: local state that is unusable at one message, rebuilt, and unusable there again is no longer
// used, or one session would follow the other for ever. At other messages it is rebuilt each time.
func TestDiskThatDoesNotHeal(t *testing.T) {
	b := newBench(t)
	j := NewJudge(b.env, b.env.Topics.Log, b.plain, new(fakeStore), nil)
	j.keep.start()
	defer j.keep.stop()
	at := place{b.env.Topics.Log, 0}
	for i, offset := range []int64{7, 8, 7, 7} {
		if err := j.broken(at, offset, stream.ErrStored); isFatal(err) || !errors.Is(err, stream.ErrStored) {
			t.Errorf("failure %d gives %v", i, err)
		}
		if last := i == 3; j.keep.works() == last {
			t.Errorf("after failure %d at offset %d the disk is used: %v", i, offset, !last)
		}
	}
}
