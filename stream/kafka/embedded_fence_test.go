package kafka

import (
	"errors"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestRestartedBrokerCommitsNoOffsetsAlone: a transaction that times out while the embedded broker is away takes its outputs
// with it, and so must take its offsets.
func TestRestartedBrokerCommitsNoOffsetsAlone(t *testing.T) {
	const timeout = 2 * time.Second
	dir := t.TempDir()
	broker, err := StartBroker(dir, 40000)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = broker.Close() }()
	begin := func() *kgo.Client {
		client, err := kgo.NewClient(kgo.SeedBrokers(broker.Address()), kgo.DefaultProduceTopic("out"),
			kgo.TransactionalID("judge"), kgo.TransactionTimeout(timeout))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		if _, err := kadm.NewClient(client).CreateTopic(t.Context(), 1, 1, nil, "out"); err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			t.Fatal(err)
		}
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := client.ProduceSync(t.Context(), kgo.StringRecord("a reading")).FirstErr(); err != nil {
			t.Fatal(err)
		}
		return client
	}
	// The offset of the input, as the end of a session's transaction names it.
	work := func(client *kgo.Client) error {
		id, epoch, err := client.ProducerID(t.Context())
		if err != nil {
			return err
		}
		known, err := kadm.NewClient(client).ListTopics(t.Context(), "out")
		if err != nil {
			return err
		}
		req := kmsg.NewPtrTxnOffsetCommitRequest()
		req.TransactionalID, req.Group, req.ProducerID, req.ProducerEpoch, req.Generation = "judge", "judges", id, epoch, -1
		partition := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		partition.Offset = 7
		topic := kmsg.NewTxnOffsetCommitRequestTopic()
		topic.Topic, topic.TopicID, topic.Partitions = "out", known["out"].ID, append(topic.Partitions, partition)
		req.Topics = append(req.Topics, topic)
		answer, err := req.RequestWith(t.Context(), client)
		if err != nil {
			return err
		}
		return errors.Join(kerr.ErrorForCode(answer.Topics[0].Partitions[0].ErrorCode), client.EndTransaction(t.Context(), kgo.TryCommit))
	}
	committed := func(client *kgo.Client) int64 {
		all, err := kadm.NewClient(client).FetchOffsets(t.Context(), "judges")
		if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
			t.Fatal(err)
		}
		o, _ := all.Lookup("out", 0)
		return o.At
	}

	former := begin()
	_, port, _ := net.SplitHostPort(broker.Address())
	same, _ := strconv.Atoi(port)
	if err := broker.Close(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(timeout + timeout/10)
	if broker, err = StartBroker(dir, same); err != nil {
		t.Fatal(err)
	}
	if err := work(former); !errors.Is(err, kerr.ProducerFenced) {
		t.Errorf("who was there before has ended with %v, want %v", err, kerr.ProducerFenced)
	}
	next := begin()
	if at := committed(next); at != 0 {
		t.Errorf("offset %d is committed, without the outputs that it stands for", at)
	}
	if err := work(next); err != nil {
		t.Errorf("who begins after the restart ends with %v", err)
	}
	if at := committed(next); at != 7 {
		t.Errorf("offset %d is committed by who has begun after the restart, want 7", at)
	}
}
