package kafka

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"labwatch/stream"
)

// deadDisk is a disk of which nothing comes back while it hangs.
type deadDisk struct {
	hungDisk
	answers map[string]bool // calls that come back all the same
}

var _ Store = (*deadDisk)(nil)

func (s *deadDisk) wait(call string) {
	if !s.answers[call] {
		s.hungDisk.wait()
	}
}

func (s *deadDisk) Get(p int32, key string) ([]byte, error) {
	s.wait("get")
	return s.fakeStore.Get(p, key)
}

func (s *deadDisk) Load(p int32, wanted func(string) bool, entry func(string, []byte) error) ([]byte, error) {
	hands := 0
	position, err := s.fakeStore.Load(p, wanted, func(key string, blob []byte) error {
		if hands++; hands == 2 { // in the middle
			s.mu.Unlock()
			s.wait("load")
			s.mu.Lock()
		}
		return entry(key, blob)
	})
	return position, err
}

func (s *deadDisk) Write(p int32, position []byte, keys []string, blobs [][]byte) error {
	s.wait("write")
	return s.fakeStore.Write(p, position, keys, blobs)
}

func (s *deadDisk) Drop(p int32) error {
	s.wait("drop")
	return s.fakeStore.Drop(p)
}

func (s *deadDisk) Ready() error {
	s.wait("ready")
	return nil
}

// hurried is a judge with a disk that is waited for shortly, and in whose memory no device fits.
func (b *bench) hurried(disk Store) (j *Judge, worker func() *stream.Worker) {
	b.env.Memory = 1
	j, worker = b.watched(disk)
	j.keep.patience, j.keep.first = 200*time.Millisecond, 20*time.Millisecond
	return j, worker
}

// TestDeadDisk: a device that has left memory speaks while the disk reads nothing any more, and perhaps writes nothing either.
// The judge goes on without the disk, is stopped in order while it hangs, and takes it up again when it answers.
func TestDeadDisk(t *testing.T) {
	for name, c := range map[string]struct {
		answers map[string]bool
		stops   bool // while it hangs
	}{
		"nothing comes back":                  {nil, false},
		"only reads hang":                     {map[string]bool{"write": true, "drop": true, "ready": true}, false},
		"it is stopped while nothing is read": {nil, true},
		"it is stopped while a write hangs":   {map[string]bool{"get": true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			disk := &deadDisk{answers: c.answers}
			j, _ := b.hurried(disk)
			stop := b.start(j.Run)
			for _, device := range []string{"a", "b", "c"} {
				b.write(device, 40)
				b.await("all is judged", b.settled)
			}
			answers := disk.hangs()
			b.write("a", 1)
			b.await("the disk is given up", func() bool {
				if c.answers["get"] {
					b.write("a", 1) // each commit looks
				}
				return j.stats.storeFailed.Get() == 1
			})
			for _, device := range []string{"a", "b", "c"} {
				b.write(device, 1)
				b.await("all is judged without it", b.settled)
			}
			if c.stops {
				stop()
			}
			answers() // what was left behind comes back, or goleak finds it
			if !c.stops {
				b.takesUp(j)
				stop()
			}
			if !maps.Equal(b.recovered(disk), b.straight()) {
				t.Error("a recovery from the disk gives another state")
			}
		})
	}
}

// TestRecoveryFromDeadDisk: a recovery does not wait for ever for a disk that hangs, and the next one does without it.
func TestRecoveryFromDeadDisk(t *testing.T) {
	for name, c := range map[string]struct {
		answers map[string]bool
		damage  func(*deadDisk)
	}{
		"while it is read":               {nil, func(*deadDisk) {}},
		"while it is brought up to date": {map[string]bool{"load": true}, func(d *deadDisk) { d.position, d.entries = nil, nil }},
		"while it is dropped":            {map[string]bool{"load": true}, func(d *deadDisk) { d.position = encodePosition(1 << 40) }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			disk := &deadDisk{answers: c.answers}
			for _, device := range []string{"a", "b"} {
				b.write(device, 40)
				b.judged(disk)
			}
			c.damage(disk)
			answers := disk.hangs()
			j, worker := b.hurried(disk)
			stop := b.start(j.Run)
			b.write("a", 10)
			b.await("all is judged without it", b.settled)
			stop()
			if !maps.Equal(states(worker()), b.straight()) {
				t.Error("the judge knows another state")
			}
			answers()
		})
	}
}

// TestFatalErrorWithDeadDisk: what no new session can mend is heard, also when the disk hangs.
func TestFatalErrorWithDeadDisk(t *testing.T) {
	b := newBench(t)
	disk := new(hungDisk)
	j := b.newJudge(disk)
	j.keep.patience = time.Second
	done := make(chan error, 1)
	go func() { done <- j.Run(t.Context()) }()
	b.write("a", 1)
	b.await("all is judged", b.settled)
	answers := disk.hangs()
	b.write("a", 1)
	b.await("all is judged", b.settled)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: b.env.Topics.Records, Err: kerr.MessageTooLarge, Count: -1})
	b.write("a", 1)
	select {
	case err := <-done:
		if !isFatal(err) || !errors.Is(err, kerr.MessageTooLarge) {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("the judge waits for the disk, and nobody hears of the error")
	}
	answers()
}
