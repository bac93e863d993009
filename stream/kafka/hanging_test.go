package kafka

import (
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestHangingTransactionIsNamed plays a Kafka that has forgotten the markers of a transaction: the group's offsets stay
// unstable long after the transaction's time. Whoever starts labwatch must read what hangs and what ends it.
func TestHangingTransactionIsNamed(t *testing.T) {
	b := newBench(t)
	admin := newAdmin(b)
	topics, err := admin.ListTopics(t.Context(), b.env.Topics.Log)
	if err != nil {
		t.Fatal(err)
	}
	b.cluster.ControlKey(int16(kmsg.OffsetFetch), func(k kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		res := k.ResponseKind().(*kmsg.OffsetFetchResponse)
		for _, asked := range k.(*kmsg.OffsetFetchRequest).Groups {
			group := kmsg.NewOffsetFetchResponseGroup()
			group.Group = asked.Group
			open := kmsg.NewOffsetFetchResponseGroupTopicPartition()
			open.ErrorCode = kerr.UnstableOffsetCommit.Code
			log := kmsg.NewOffsetFetchResponseGroupTopic()
			log.Topic, log.TopicID = b.env.Topics.Log, topics[b.env.Topics.Log].ID // by name or, in newer versions, by id
			log.Partitions = append(log.Partitions, open)
			group.Topics = append(group.Topics, log)
			res.Groups = append(res.Groups, group)
		}
		return res, nil, true
	})
	b.env.SessionTimeout = 100 * time.Millisecond // three of them are waited for
	began := time.Now()
	_, err = stableOffset(t.Context(), b.env, admin, b.env.Group+"-judge", place{b.env.Topics.Log, 0})
	if !errors.Is(err, errHanging) {
		t.Errorf("a hanging transaction is told as %v", err)
	}
	if took := time.Since(began); took < 3*b.env.SessionTimeout {
		t.Errorf("it was given %v to end, less than three sessions", took)
	}
}
