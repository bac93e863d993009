package kafka

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A disk that hangs answers a call in hours or never, and nothing can cut the call short. So each one is made in a goroutine
// of its own, which costs a microsecond, and whoever made it leaves when it has taken too long: the disk is given up then, and
// is not taken up again before every call that was left behind has come back, for some of them write.

// stopPatience is what a stop waits for the disk at most: what it lacks then, the next start reads from Kafka.
const stopPatience = 5 * time.Second

// errNoAnswer is what a call is answered when others are still under way that were left behind.
var errNoAnswer = errors.New("the disk does not answer")

// ask makes one call; only some have bytes to answer. Moved, which may be nil, counts what has come of it: as long as
// something does, it is waited for.
func (k *keeper) ask(moved *atomic.Int64, call func() ([]byte, error)) ([]byte, error) {
	if k.left.Load() > 0 {
		k.giveUp(errNoAnswer) // a new session may have taken it up meanwhile
		return nil, errNoAnswer
	}
	type answer struct {
		value []byte
		err   error
	}
	came := make(chan answer, 1)
	go func() {
		value, err := call()
		came <- answer{value, err}
	}()
	bound, seen, quit := k.bound(), int64(0), k.quit
	late := time.NewTimer(bound)
	defer late.Stop()
	for {
		select {
		case a := <-came:
			return a.value, a.err
		case <-quit:
			quit, bound = nil, min(bound, stopPatience)
			late.Reset(bound)
			continue
		case <-late.C:
		}
		if moved != nil && moved.Load() > seen {
			seen = moved.Load()
			late.Reset(bound)
			continue
		}
		k.left.Add(1)
		go func() { <-came; k.left.Add(-1) }()
		err := fmt.Errorf("%w, for over %v", errNoAnswer, bound)
		k.giveUp(err)
		return nil, err
	}
}

// bound is how long a call may take: what is left of its patience to what is being written, and a tenth of that at least.
func (k *keeper) bound() time.Duration {
	bound := k.patience
	if since := k.oldest.Load(); since != nil {
		bound -= time.Since(*since)
	}
	return max(bound, k.patience/10)
}

func (k *keeper) get(partition int32, key string) ([]byte, error) {
	return k.ask(nil, func() ([]byte, error) { return k.store.Get(partition, key) })
}

// load waits for as long as entries come: all of them may take long. When it has left, none is handed over any more.
func (k *keeper) load(partition int32, wanted func(string) bool, entry func(string, []byte) error) ([]byte, error) {
	var (
		mu    sync.Mutex
		gone  bool
		moved atomic.Int64
	)
	position, err := k.ask(&moved, func() ([]byte, error) {
		return k.store.Load(partition, wanted, func(key string, blob []byte) error {
			mu.Lock()
			defer mu.Unlock()
			if gone {
				return errNoAnswer
			}
			moved.Add(1)
			return entry(key, blob)
		})
	})
	mu.Lock()
	defer mu.Unlock()
	gone = true
	return position, err
}

func (k *keeper) drop(partition int32) error {
	_, err := k.ask(nil, func() ([]byte, error) { return nil, k.store.Drop(partition) })
	return err
}

// writeNow writes what must be there before anything else is written. When it fails, keys and blobs may still be in use.
func (k *keeper) writeNow(partition int32, position int64, keys []string, blobs [][]byte) error {
	_, err := k.ask(nil, func() ([]byte, error) {
		return nil, k.store.Write(partition, encodePosition(position), keys, blobs)
	})
	return err
}
