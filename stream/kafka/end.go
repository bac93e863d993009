package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// endPatience is how long the end of a transaction keeps rebalances waiting: longer than a busy broker takes for it,
// shorter than anybody should wait for results.
const endPatience = 500 * time.Millisecond

// errOvertaken ends a session whose group moved on while its transaction ended.
var errOvertaken = errors.New("the group went on without this session while its transaction ended")

// end ends the transaction. The client's End commits only after a heartbeat of its group, which it asks the group's loop
// for. A loop that has failed meanwhile (connections broken for a session timeout, a member that the broker has
// forgotten) sends none: first it must tell that the partitions are lost, and for that it waits until rebalances are
// allowed, which is after End. Each would wait for the other until the context ends. So after a while rebalances are
// allowed while End still runs; it then learns of the loss and aborts. What was opened or dropped beside it cannot be
// told apart from what it belongs to, so a session that has not committed by then makes room for a new one. It says whether
// it gave way.
func (s *session) end(ctx context.Context, try kgo.TransactionEndTry) (committed, gaveWay bool, err error) {
	allowed := make(chan struct{})
	timer := time.AfterFunc(endPatience, func() {
		s.gts.AllowRebalance()
		close(allowed)
	})
	committed, err = s.gts.End(ctx, try)
	if timer.Stop() {
		return committed, false, err
	}
	<-allowed // not while the next transaction polls
	if err == nil && !committed {
		err = errOvertaken
	}
	return committed, true, err
}
