package kafka

import (
	"fmt"
	"time"
)

// The pauses between two looks at a failed store. They double with each failure: a disk that is too slow for what it
// has to write is well again at every look.
const (
	firstLook   = 10 * time.Second
	longestLook = 15 * time.Minute
)

// giveUp leaves the store alone from now on.
func (k *keeper) giveUp(err error) {
	if k.failed.Swap(true) {
		return
	}
	pause := min(max(k.first, 2*time.Duration(k.pause.Load())), longestLook)
	k.pause.Store(int64(pause))
	k.stats.storeFailed.Set(1)
	k.log.Error().Err(err).Dur("look_again_in", pause).Msg("local state is not written; nothing is lost, it is read from Kafka")
}

func (k *keeper) behind() error { return fmt.Errorf("the disk is over %v behind", k.patience) }

// look gives up a store that is too slow, and asks now and then whether one that had failed is well again, so that a new
// session can make use of it.
func (k *keeper) look(now time.Time) {
	if since := k.oldest.Load(); since != nil && now.Sub(*since) > k.patience {
		k.giveUp(k.behind())
	}
	if k.works() {
		k.asked = now // the first pause begins when it fails
		return
	}
	if k.store == nil || k.mended.Load() || now.Sub(k.asked) < time.Duration(k.pause.Load()) {
		return
	}
	k.asked = now
	select {
	case k.jobs <- k.lookNow:
	default: // it is busy
	}
}

// lookNow finds out whether a failed store is well again.
func (k *keeper) lookNow() {
	if k.left.Load() == 0 && k.store.Ready() == nil {
		k.log.Info().Msg("local state can be written again; a new session brings it up to date")
		k.mended.Store(true)
	}
}

// again lets a store that is well again be used. Nobody holds a partition meanwhile: a part that was recovered without
// the disk must not write to it.
func (k *keeper) again() {
	if k.mended.Swap(false) {
		k.failed.Store(false)
		k.stats.storeFailed.Set(0)
	}
}
