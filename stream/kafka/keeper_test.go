package kafka

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/rs/zerolog"

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
	j, worker := b.watched(disk)
	j.keep.first = 20 * time.Millisecond
	stop := b.start(j.Run)
	b.write("a", 40)
	b.await("all is judged", b.settled)
	disk.set(true)
	b.write("b", 40)
	b.await("the disk is given up", func() bool { return j.stats.storeFailed.Get() == 1 })
	b.await("all is judged without it", b.settled)
	disk.set(false)
	b.takesUp(j)
	stop()
	want := states(worker())
	if got := b.recovered(disk); !maps.Equal(got, want) || len(got) != 6 {
		t.Errorf("the disk knows %d entities that differ from the %d of the judge", len(got), len(want))
	}
}

// takesUp waits until a judge takes up the disk again, and judges more with it.
func (b *bench) takesUp(j *Judge) {
	b.t.Helper()
	b.await("the disk is taken up again", func() bool {
		b.write("a", 1) // a session ends when it has something to do
		return j.stats.storeFailed.Get() == 0
	})
	b.write("c", 40)
	b.await("all is judged", b.settled)
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

// hungDisk is a disk whose writes wait while it hangs.
type hungDisk struct {
	fakeStore
	hang chan struct{} // nil: it does not
}

var _ Store = (*hungDisk)(nil)

// hangs makes the disk hang until the function that it returns is called.
func (s *hungDisk) hangs() (answers func()) {
	hang := make(chan struct{})
	s.set(hang)
	return func() {
		s.set(nil)
		close(hang)
	}
}

func (s *hungDisk) set(hang chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hang = hang
}

func (s *hungDisk) wait() {
	s.mu.Lock()
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		<-hang
	}
}

func (s *hungDisk) Write(partition int32, position []byte, keys []string, blobs [][]byte) error {
	s.wait()
	return s.fakeStore.Write(partition, position, keys, blobs)
}

// TestDiskHangs: devices must leave memory, and the disk does not take them. Each commit waits for it, so there are few: it is
// given up by time and not by their number. Then the stream waits no longer, and when the disk goes on it is brought up to date.
func TestDiskHangs(t *testing.T) {
	b := newBench(t)
	b.env.Memory = 1
	disk := new(hungDisk)
	j, worker := b.watched(disk)
	j.keep.patience, j.keep.first = 50*time.Millisecond, 20*time.Millisecond
	stop := b.start(j.Run)
	b.write("a", 40)
	b.await("all is judged", b.settled)
	answers := disk.hangs()
	b.write("b", 40)
	b.await("the disk is given up", func() bool {
		b.write("a", 1)
		return j.stats.storeFailed.Get() == 1
	})
	b.await("all is judged", b.settled)
	began := time.Now()
	for range 3 {
		b.write("c", 1)
		b.await("all is judged", b.settled)
	}
	if took := time.Since(began); took > b.env.SessionTimeout/2 { // for which a commit waits for the disk
		t.Errorf("three commits took %v with a disk that was given up", took)
	}
	answers()
	b.takesUp(j)
	stop()
	if got := b.recovered(disk); !maps.Equal(got, states(worker())) || !maps.Equal(got, b.straight()) {
		t.Error("the disk knows another state")
	}
}

// TestFlushEnds: a recovery waits for what was handed over before, and not for ever for a disk that hangs.
func TestFlushEnds(t *testing.T) {
	disk := new(hungDisk)
	answers := disk.hangs()
	k := newKeeper(disk, zerolog.Nop(), newJudgeStats())
	k.patience = 50 * time.Millisecond
	k.start()
	k.write(0, 1, nil, nil, func() {})
	if k.flush(k.patience / 10) {
		t.Error("it says that a disk which hangs has written")
	}
	if !k.works() {
		t.Error("given up by one who would not wait for long")
	}
	for range 2 {
		k.flushAll()
	}
	if k.works() {
		t.Error("not given up")
	}
	answers()
	k.stop()
}

// TestFullDiskDoesNotHurry: what no disk keeps cannot leave memory, so a commit before its time would gain nothing.
func TestFullDiskDoesNotHurry(t *testing.T) {
	b := newBench(t)
	b.env.Memory = 1
	b.env.CommitInterval = 400 * time.Millisecond
	disk := new(fullDisk)
	j := b.newJudge(disk)
	stop := b.start(j.Run)
	b.write("a", 40)
	b.await("all is judged", b.settled)
	disk.set(true)
	b.await("the disk is given up", func() bool {
		b.write("b", 1)
		return j.stats.storeFailed.Get() == 1
	})
	b.await("all is judged", b.settled)
	before, began := j.stats.commits.Get(), time.Now()
	for time.Since(began) < 5*b.env.CommitInterval {
		b.write("a", 1)
		time.Sleep(5 * time.Millisecond)
	}
	if n := j.stats.commits.Get() - before; n > 7 {
		t.Errorf("%d commits in %v, of which there should be one in %v", n, time.Since(began), b.env.CommitInterval)
	}
	stop()
}
