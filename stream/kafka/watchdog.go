package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// watchdog looks at the group of a session that gets nothing to do. A group can stay in the middle of a rebalance for
// ever, every member waiting for the others: seen after a restart of the embedded broker during a rebalance, and
// reported of real ones. Only a new session gets out of it.
type watchdog struct {
	admin     *kadm.Client
	group     string
	patience  time.Duration // between two looks
	looked    time.Time
	unsettled bool // at the last look
}

// fed says that there was something to do.
func (w *watchdog) fed() { w.looked, w.unsettled = time.Now(), false }

// idle is called when there was nothing. It returns an error when the group was found unsettled twice in a row.
func (w *watchdog) idle(ctx context.Context) error {
	if w.looked.IsZero() {
		w.fed()
	}
	if time.Since(w.looked) < w.patience {
		return nil
	}
	w.looked = time.Now()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	groups, err := w.admin.DescribeGroups(ctx, w.group)
	if err != nil {
		return nil // a broker that does not answer is for the client to wait for
	}
	state := groups[w.group].State
	was := w.unsettled
	w.unsettled = state == "PreparingRebalance" || state == "CompletingRebalance"
	if was && w.unsettled {
		return fmt.Errorf("group %s has been in state %s for over %v", w.group, state, w.patience)
	}
	return nil
}
