package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// followTopic is the example consumer: it reads every partition of a topic from its first message on and hands each
// message to handle, one at a time, in the order of its partition, until ctx ends. That is no error.
//
// It belongs to no group and keeps no position. kafka-go's read-committed mode lets aborted records and control
// markers through (segmentio/kafka-go issue 1332); the markers are dropped here, aborted records cannot be told, so
// what must be exact is checked with another client.
func followTopic(ctx context.Context, brokers []string, topic string, handle func(kafka.Message)) error {
	w := newOutsideWriter(brokers) // for its transport and its patience
	defer w.Close()
	if err := w.WaitTopics(ctx, topic); err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil // stopped before there was anything to read
		}
		return err
	}
	client := &kafka.Client{Addr: w.writer.Addr, Transport: w.transport, Timeout: 5 * time.Second}
	answer, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return fmt.Errorf("list partitions of %s on %s: %w", topic, strings.Join(brokers, ","), err)
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	messages := make(chan kafka.Message, 100)
	failures := make(chan error, len(answer.Topics[0].Partitions))
	var readers sync.WaitGroup
	for _, p := range answer.Topics[0].Partitions {
		readers.Go(func() {
			if err := followPartition(ctx, brokers, topic, p.ID, messages); err != nil {
				failures <- err
				cancel() // one partition lost is a stream with holes: stop all
			}
		})
	}
	go func() { readers.Wait(); close(messages) }()
	for m := range messages {
		handle(m)
	}
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

func followPartition(ctx context.Context, brokers []string, topic string, partition int, out chan<- kafka.Message) error {
	r := kafka.NewReader(kafka.ReaderConfig{
		Brokers:          brokers,
		Topic:            topic,
		Partition:        partition,
		MinBytes:         1,
		MaxBytes:         10 << 20,
		MaxWait:          100 * time.Millisecond, // the default waits ten seconds
		ReadBatchTimeout: 5 * time.Second,
		ReadBackoffMin:   10 * time.Millisecond,
		ReadBackoffMax:   100 * time.Millisecond,
		IsolationLevel:   kafka.ReadCommitted,
	})
	defer r.Close()
	for {
		m, err := r.FetchMessage(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read partition %d of %s: %w", partition, topic, err)
		case isControlMarker(m):
			continue
		}
		select {
		case out <- m:
		case <-ctx.Done():
			return nil
		}
	}
}

// isControlMarker recognises the end of a transaction, which kafka-go hands out as a message: a key of two 16-bit
// numbers (version 0, type 0 or 1) and a value of six bytes (Kafka protocol, EndTransactionMarker).
func isControlMarker(m kafka.Message) bool {
	return len(m.Key) == 4 && m.Key[0] == 0 && m.Key[1] == 0 && m.Key[2] == 0 && m.Key[3] <= 1 && len(m.Value) == 6
}
