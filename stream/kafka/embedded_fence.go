package kafka

import (
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fenceFormer makes a cluster refuse to commit for producers that have not begun since it started. kfake ends a transaction
// that has outlived its timeout when it starts, and leaves the producer its epoch, where Kafka takes that from it. The
// producer's commit of offsets would then open another transaction, with nothing but the offsets in it, and succeed: the
// input is done, and its outputs are gone. Who is refused begins a new session, and works again what was not committed.
//
// A commit that had succeeded before the stop, and whose answer was lost, is refused too; the new session finds its offsets.
func fenceFormer(c *kfake.Cluster) {
	begun := map[string]bool{} // by transactional id; control functions are called one after the other
	c.ControlKey(int16(kmsg.InitProducerID), func(r kmsg.Request) (kmsg.Response, error, bool) {
		if id := r.(*kmsg.InitProducerIDRequest).TransactionalID; id != nil {
			begun[*id] = true
		}
		return nil, nil, false
	})
	c.ControlKey(int16(kmsg.EndTxn), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		req := r.(*kmsg.EndTxnRequest)
		if begun[req.TransactionalID] || !req.Commit {
			return nil, nil, false
		}
		answer := req.ResponseKind().(*kmsg.EndTxnResponse)
		answer.ErrorCode = kerr.ProducerFenced.Code
		return answer, nil, true
	})
}
