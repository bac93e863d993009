package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// watchdog looks at the group of a session for what nobody in it sees.
//
// A group can stay in the middle of a rebalance for ever, every member waiting for the others: seen after a restart of
// the embedded broker during a rebalance, and reported of real ones. Only a new session gets out of it.
//
// And partitions can be nobody's while the group is content: a member gives some up in a cooperative rebalance, dies
// before it has joined again, and comes back under its name soon. It then gets what it had, without a rebalance.
type watchdog struct {
	admin     *kadm.Client
	group     string
	topics    []string
	rebalance func()        // makes the group assign anew
	patience  time.Duration // between two looks
	looked    time.Time
	unsettled bool // at the last look, and nothing to do since
	orphaned  bool // at the last look
}

// fed says that there was something to do.
func (w *watchdog) fed() { w.unsettled = false }

// look is called now and then. It returns an error when the group was found unsettled twice in a row, with nothing to do
// in between.
func (w *watchdog) look(ctx context.Context) error {
	if w.looked.IsZero() {
		w.looked = time.Now()
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
	g := groups[w.group]
	was := w.unsettled
	w.unsettled = g.State == "PreparingRebalance" || g.State == "CompletingRebalance"
	if was && w.unsettled {
		return fmt.Errorf("group %s has been in state %s for over %v", w.group, g.State, w.patience)
	}
	before := w.orphaned
	w.orphaned = g.State == "Stable" && w.orphans(ctx, g)
	if before && w.orphaned {
		w.orphaned = false
		w.rebalance()
	}
	return nil
}

// orphans says whether a partition is nobody's.
func (w *watchdog) orphans(ctx context.Context, g kadm.DescribedGroup) bool {
	topics, err := w.admin.ListTopics(ctx, w.topics...)
	if err != nil {
		return false
	}
	assigned := g.AssignedPartitions()
	for _, t := range topics {
		for p := range t.Partitions {
			if !assigned.Lookup(t.Topic, p) {
				return true
			}
		}
	}
	return false
}
